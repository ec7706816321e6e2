using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Container;

internal sealed class ContainerShowCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Container();

    public ContainerShowCommand() : base("show", "show a container: state, images by revision, objects")
    {
        Add(name);
        Examples = [("cld container show greetings", "where its image is"), ("cld container show greetings -o yaml", "the same as YAML")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.GetContainerAsync(invocation.Required(name), cancellationToken),
            ApiJson.Default.ContainerDetail,
            (container, output) =>
            {
                var head = new Table("", "");
                head.Add("Name", container.Name);
                head.Add("Status", Table.Cell.Status(container.Status, invocation.Style));
                head.Add("Registry", container.Registry);
                head.Add("Created", $"{Times.Ago(container.CreatedAt, invocation.Context.Clock)} by {container.CreatedBy}");
                if (container.Operation is { } operation)
                    head.Add("Operation", operation);
                head.Write(output);
                DetailText.WriteOutputs(container.Outputs, output);
                WriteImages(container, output, invocation);
                DetailText.WriteObjects(container.Objects, output, invocation.Style);
            });

    private static void WriteImages(ContainerDetail container, TextWriter output, Invocation invocation)
    {
        if (container.Images.Count == 0)
            return;
        output.WriteLine("\nImages");
        var table = new Table("REVISION", "IMAGE", "BUILT", "RUN BY");
        foreach (var image in container.Images)
        {
            table.Add(
                $"{image.Revision}{(image.IsInForce ? " (in force)" : "")}",
                image.Image,
                image.BuiltAt is { } at ? Times.Ago(at, invocation.Context.Clock) : "-",
                image.Applications.Count == 0 ? "-" : string.Join(", ", image.Applications));
        }

        table.Write(output, "  ");
        invocation.Suggest(container.OutdatedApplications.Select(application => $"cld app redeploy {application}"));
    }
}

using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Container;

internal sealed class ContainerShowCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Container();

    public ContainerShowCommand() : base("show", "show a container: state, image, objects")
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
                DetailText.WriteObjects(container.Objects, output, invocation.Style);
            });
}

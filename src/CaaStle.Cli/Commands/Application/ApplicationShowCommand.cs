using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationShowCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();
    private readonly Option<bool> reveal = SharedOptions.Reveal();

    public ApplicationShowCommand() : base("show", "show an application: state, URL, objects")
    {
        Add(name);
        Add(reveal);
        Examples = [("cld app show greetings", "where it runs"), ("cld app show greetings -o yaml", "the same as YAML")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.GetApplicationAsync(invocation.Required(name), invocation.Value(reveal), cancellationToken),
            ApiJson.Default.ApplicationDetail,
            (application, output) =>
            {
                var head = new Table("", "");
                head.Add("Name", application.Name);
                head.Add("Status", Table.Cell.Status(application.Status, invocation.Style));
                head.Add("Environment", application.Environment);
                head.Add("Created", $"{Times.Ago(application.CreatedAt, invocation.Context.Clock)} by {application.CreatedBy}");
                if (application.Operation is { } operation)
                    head.Add("Operation", operation);
                head.Write(output);
                DetailText.WriteOutputs(application.Outputs, output);
                DetailText.WriteObjects(application.Objects, output, invocation.Style);
            });
}

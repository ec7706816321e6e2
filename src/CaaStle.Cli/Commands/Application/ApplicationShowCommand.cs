using System.CommandLine;
using System.Globalization;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationShowCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();
    private readonly Option<bool> reveal = SharedOptions.Reveal();

    public ApplicationShowCommand() : base("show", "show an application: state, revision, replicas, URL, objects as they are now")
    {
        Add(name);
        Add(reveal);
        Examples = [("cld app show greetings", "where it runs"), ("cld app show greetings -o yaml", "the same as YAML")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.GetApplicationAsync(invocation.Required(name), invocation.Value(reveal), now: true, cancellationToken),
            ApiJson.Default.ApplicationDetail,
            (application, output) =>
            {
                var head = new Table("", "");
                head.Add("Name", application.Name);
                head.Add("Status", Table.Cell.Status(application.Status, invocation.Style));
                head.Add("Environment", application.Environment);
                head.Add("Revision", application.Revision.ToString(CultureInfo.InvariantCulture));
                head.Add("Replicas", application.Replicas?.ToString(CultureInfo.InvariantCulture));
                foreach (var address in application.Outputs.Where(IsAddress))
                    head.Add(address.Name, address.Value);
                head.Add("Created", $"{Times.Ago(application.CreatedAt, invocation.Context.Clock)} by {application.CreatedBy}");
                if (application.Operation is { } operation)
                    head.Add("Operation", operation);
                head.Write(output);
                DetailText.WriteOutputs([.. application.Outputs.Where(other => !IsAddress(other) && other.Name != "Replicas")], output);
                DetailText.WriteObjects(application.Objects, output, invocation.Style);
                ObjectsNow.Note(
                    application.Objects,
                    invocation,
                    [$"cld env drift {application.Environment}", $"cld app logs {application.Name} --previous"]);
            });

    private static bool IsAddress(OutputView output) => output is { Name: "Url", Secret: false };
}

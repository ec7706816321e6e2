using System.CommandLine;
using System.Globalization;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationListCommand : LeafCommand
{
    private readonly Option<string> environment = new NameOption("--env", NameOf.Environment) { HelpName = "NAME", Description = "only those in one environment" };
    private readonly ListOptions options;

    public ApplicationListCommand() : base("list", "list the applications")
    {
        Aliases.Add("ls");
        options = new(this, "app list", [environment], "paused");
        Examples =
        [
            ("cld app list", "all applications with their URLs"),
            ("cld app list --env orders", "those in one environment"),
            ("cld app list -o json | jq -r '.[].url'", "the URLs, for a script"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var found = await invocation.Client.ListApplicationsAsync(options.Part(invocation), invocation.Value(environment), cancellationToken);
        return options.Show(
            invocation,
            found,
            application => application.Name,
            ApiJson.Default.IReadOnlyListApplicationSummary,
            (applications, output) =>
            {
                if (applications.Count == 0)
                {
                    options.NoteNone(invocation, "application", "cld app deploy NAME ENV FILE");
                    return;
                }

                var table = new Table("NAME", "STATUS", "ENVIRONMENT", "REVISION", "REPLICAS", "URL", "CREATED");
                foreach (var application in applications)
                {
                    table.Add(
                        application.Name,
                        Table.Cell.Status(application.Status, invocation.Style),
                        application.Environment,
                        application.Revision.ToString(CultureInfo.InvariantCulture),
                        application.Replicas?.ToString(CultureInfo.InvariantCulture) ?? "-",
                        application.Url ?? "-",
                        Times.Ago(application.CreatedAt, invocation.Context.Clock));
                }

                table.Write(output);
            });
    }
}

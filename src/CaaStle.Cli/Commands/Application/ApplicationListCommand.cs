using System.Globalization;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationListCommand : LeafCommand
{
    public ApplicationListCommand() : base("list", "list the applications")
    {
        Aliases.Add("ls");
        Examples = [("cld app list", "all applications with their URLs"), ("cld app list -o json | jq -r '.[].url'", "the URLs, for a script")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.ListApplicationsAsync(cancellationToken),
            ApiJson.Default.IReadOnlyListApplicationSummary,
            (applications, output) =>
            {
                if (applications.Count == 0)
                {
                    invocation.Note("There are no applications.");
                    invocation.Suggest("cld app deploy NAME ENV FILE");
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

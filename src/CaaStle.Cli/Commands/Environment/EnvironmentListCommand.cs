using System.Globalization;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentListCommand : LeafCommand
{
    public EnvironmentListCommand() : base("list", "list the environments")
    {
        Aliases.Add("ls");
        Examples = [("cld env list", "all environments with their state"), ("cld env list -o json | jq -r '.[].name'", "their names, for a script")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.ListEnvironmentsAsync(cancellationToken),
            ApiJson.Default.IReadOnlyListEnvironmentSummary,
            (environments, output) =>
            {
                if (environments.Count == 0)
                {
                    invocation.Note("There are no environments.");
                    invocation.Suggest("cld env create NAME FILE");
                    return;
                }

                var table = new Table("NAME", "STATUS", "TARGET", "TYPE", "RESOURCES", "APPS", "CREATED", "EXPIRES");
                foreach (var environment in environments)
                {
                    table.Add(
                        environment.Name,
                        Table.Cell.Status(environment.Status, invocation.Style),
                        environment.Target,
                        environment.Type,
                        environment.Resources.ToString(CultureInfo.InvariantCulture),
                        environment.Applications.ToString(CultureInfo.InvariantCulture),
                        Times.Ago(environment.CreatedAt, invocation.Context.Clock),
                        environment.ExpiresAt is { } at ? Times.In(at, invocation.Context.Clock) : "-");
                }

                table.Write(output);
            });
}

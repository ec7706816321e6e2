using System.CommandLine;
using System.Globalization;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentListCommand : LeafCommand
{
    private readonly Option<string> target = new("--target") { HelpName = "CLOUD", Description = "only those in one cloud: local, aws" };
    private readonly ListOptions options;

    public EnvironmentListCommand() : base("list", "list the environments")
    {
        Aliases.Add("ls");
        options = new(this, "env list", [target], "stopped");
        Examples =
        [
            ("cld env list", "all environments with their state"),
            ("cld env list --name 'review-*' --limit 20", "twenty of some"),
            ("cld env list -o json | jq -r '.[].name'", "their names, for a script"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var found = await invocation.Client.ListEnvironmentsAsync(options.Part(invocation), invocation.Value(target), cancellationToken);
        return options.Show(
            invocation,
            found,
            environment => environment.Name,
            ApiJson.Default.IReadOnlyListEnvironmentSummary,
            (environments, output) =>
            {
                if (environments.Count == 0)
                {
                    options.NoteNone(invocation, "environment", "cld env create NAME FILE");
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
}

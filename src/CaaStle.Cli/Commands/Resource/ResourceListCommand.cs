using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Resource;

internal sealed class ResourceListCommand : LeafCommand
{
    private readonly Option<string> environment = new NameOption("--env", NameOf.Environment) { HelpName = "NAME", Description = "only those of one environment" };

    public ResourceListCommand() : base("list", "list the managed resources")
    {
        Aliases.Add("ls");
        Add(environment);
        Examples = [("cld resource list", "those of all environments"), ("cld resource list --env orders", "those of one")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.ListResourcesAsync(invocation.Value(environment), cancellationToken),
            ApiJson.Default.IReadOnlyListResourceView,
            (resources, output) =>
            {
                if (resources.Count == 0)
                {
                    invocation.Note("There are no resources. Environments bring them along.");
                    invocation.Suggest("cld env create NAME FILE");
                    return;
                }

                var table = new Table("ENVIRONMENT", "NAME", "TYPE", "STATUS");
                foreach (var resource in resources)
                    table.Add(resource.Environment, resource.Name, resource.Type, Table.Cell.Status(resource.Status, invocation.Style));
                table.Write(output);
            });
}

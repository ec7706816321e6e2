using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Container;

internal sealed class ContainerListCommand : LeafCommand
{
    public ContainerListCommand() : base("list", "list the containers")
    {
        Aliases.Add("ls");
        Examples = [("cld container list", "all containers with their images"), ("cld container list -o json", "the same for a program")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.ListContainersAsync(cancellationToken),
            ApiJson.Default.IReadOnlyListContainerSummary,
            (containers, output) =>
            {
                if (containers.Count == 0)
                {
                    invocation.Note("There are no containers.");
                    invocation.Suggest("cld container create NAME local");
                    return;
                }

                var table = new Table("NAME", "STATUS", "REGISTRY", "IMAGE", "CREATED");
                foreach (var container in containers)
                {
                    table.Add(
                        container.Name,
                        Table.Cell.Status(container.Status, invocation.Style),
                        container.Registry,
                        container.Image ?? "-",
                        Times.Ago(container.CreatedAt, invocation.Context.Clock));
                }

                table.Write(output);
            });
}

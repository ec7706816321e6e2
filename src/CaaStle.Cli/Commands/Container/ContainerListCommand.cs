using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Container;

internal sealed class ContainerListCommand : LeafCommand
{
    private readonly ListOptions options;

    public ContainerListCommand() : base("list", "list the containers")
    {
        Aliases.Add("ls");
        options = new(this, "container list", [], "paused", "stopped");
        Examples = [("cld container list", "all containers with their images"), ("cld container list -o json", "the same for a program")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var found = await invocation.Client.ListContainersAsync(options.Part(invocation), cancellationToken);
        return options.Show(
            invocation,
            found,
            container => container.Name,
            ApiJson.Default.IReadOnlyListContainerSummary,
            (containers, output) =>
            {
                if (containers.Count == 0)
                {
                    options.NoteNone(invocation, "container", "cld container create NAME local");
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
}

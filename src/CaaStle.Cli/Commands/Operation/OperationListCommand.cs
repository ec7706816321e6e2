using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Operation;

internal sealed class OperationListCommand : LeafCommand
{
    private readonly Option<string> subject = new("--subject") { HelpName = "KIND/NAME", Description = "only those on one subject: environment/orders" };
    private readonly Option<bool> active = new("--active") { Description = "only those that are under way" };
    private readonly Option<int?> limit = new("--limit", "-n") { HelpName = "N", Description = "only the newest N (default: 20)" };

    public OperationListCommand() : base("list", "list operations, newest first")
    {
        Aliases.Add("ls");
        Add(subject);
        Add(active);
        Add(limit);
        Examples = [("cld op list", "what happened lately"), ("cld op list --active", "what is under way")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.ListOperationsAsync(
                invocation.Value(subject), invocation.Value(active), invocation.Value(limit) ?? 20, cancellationToken),
            ApiJson.Default.IReadOnlyListOperationView,
            (operations, output) =>
            {
                if (operations.Count == 0)
                {
                    invocation.Note(invocation.Value(active) ? "No operation is under way." : "There are no operations.");
                    return;
                }

                var table = new Table("ID", "ACTION", "SUBJECT", "STATE", "BY", "REQUESTED", "TOOK");
                foreach (var operation in operations)
                {
                    table.Add(
                        operation.Id,
                        operation.Action,
                        operation.Subject,
                        Table.Cell.Status(operation.State, invocation.Style),
                        operation.RequestedBy,
                        Times.Ago(operation.RequestedAt, invocation.Context.Clock),
                        Times.Duration((operation.EndedAt ?? invocation.Context.Clock.GetUtcNow()) - operation.RequestedAt));
                }

                table.Write(output);
            });
}

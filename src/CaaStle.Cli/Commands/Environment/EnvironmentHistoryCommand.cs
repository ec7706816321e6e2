using CaaStle.Api;
using CaaStle.Cli.Output;
using CaaStle.Cli.Progress;

namespace CaaStle.Cli.Commands.Environment;

internal sealed record HistoryEntry(OperationView Operation, IReadOnlyList<EventView> Events);

internal sealed class EnvironmentHistoryCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();

    public EnvironmentHistoryCommand() : base("history", "show every operation on an environment, with every event")
    {
        Add(name);
        Examples =
        [
            ("cld env history orders", "newest first; also of an environment that is gone"),
            ("cld env history orders -o json", "the same for a program"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var history = new List<HistoryEntry>();
        foreach (var operation in await invocation.Client.GetEnvironmentHistoryAsync(invocation.Required(name), cancellationToken))
            history.Add(new(operation, await invocation.Client.GetJournalAsync(operation.Id, cancellationToken)));
        return invocation.Show<IReadOnlyList<HistoryEntry>>(
            history, CliJson.Default.IReadOnlyListHistoryEntry, (entries, output) => Write(entries, output, invocation));
    }

    private static void Write(IReadOnlyList<HistoryEntry> entries, TextWriter output, Invocation invocation)
    {
        if (entries.Count == 0)
            invocation.Note("There have been no operations.");
        var clock = invocation.Context.Clock;
        foreach (var (operation, events) in entries)
        {
            var headline = Untrusted.Clean(
                $"{Times.DateAndClock(operation.RequestedAt, clock)}  {operation.Id}  {operation.Action}  by {operation.RequestedBy}");
            output.WriteLine($"{headline}  {invocation.Style.Status(operation.State)}");
            var text = new EventText();
            foreach (var e in events)
            {
                foreach (var line in text.Lines(e))
                    output.WriteLine($"  {Times.Clock(e.At, clock)}  {line}");
            }
        }
    }
}

using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Progress;

/// <summary>A command that runs beside an application: what it writes goes to standard output as it is, all else to standard error.</summary>
/// <param name="tells">Whether an event is worth a line; null for nothing but the output.</param>
internal sealed class RunView(CommandContext context, Func<EventView, bool>? tells) : IProgressView
{
    /// <summary>For a terminal, where each line stands between those of the command.</summary>
    public static bool IsNoteworthy(EventView e) =>
        e is { Type: "object-blocked" or "cancel-requested" or OperationEvents.ConnectionLost or OperationEvents.ConnectionRestored }
            or { Type: "object-progressed", Detail: not ("creating" or "deleting") };

    public async Task ShowAsync(IAsyncEnumerable<EventView> events, OperationProgress progress, CancellationToken cancellationToken)
    {
        var text = new EventText();
        if (tells is not null)
            await context.Error.WriteLineAsync($"{progress.Operation.Id}: {progress.Operation.Action} {progress.Operation.Subject}");
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            if (IsOutput(e))
            {
                foreach (var line in e.Lines ?? [])
                    await context.Output.WriteLineAsync(line);
            }
            else if (tells?.Invoke(e) == true)
            {
                foreach (var line in text.Lines(e))
                    await context.Error.WriteLineAsync($"{Times.Clock(e.At, context.Clock)}  {line}");
            }
        }
    }

    private static bool IsOutput(EventView e) => e.Type == "object-logged" && e.Key?.EndsWith("/job", StringComparison.Ordinal) == true;
}

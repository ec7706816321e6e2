using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>
/// Takes lines from a running call and appends them to the journal. Lines that come while an append is under way go together in the
/// next one, so a fast writer costs few writes.
/// </summary>
internal sealed class LogRelay(IStateStore store, string operationId, string key) : IProgress<string>, IAsyncDisposable
{
    private readonly Lock gate = new();
    private List<string> waiting = [];
    private Task flushing = Task.CompletedTask;

    public void Report(string value)
    {
        lock (gate)
        {
            waiting.Add(value);
            if (flushing.IsCompleted)
            {
                flushing = FlushAsync();
            }
        }
    }

    /// <summary>Returns when all lines are in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (gate)
        {
            last = flushing;
        }

        try
        {
            await last;
        }
        catch (Exception exception)
        {
            throw new JournalException(exception);
        }
    }

    private async Task FlushAsync()
    {
        while (true)
        {
            await Task.Yield();
            List<string> lines;
            lock (gate)
            {
                if (waiting.Count == 0)
                {
                    flushing = Task.CompletedTask;
                    return;
                }

                lines = waiting;
                waiting = [];
            }

            await store.AppendAsync(operationId, [new ObjectLogged(key, lines)], CancellationToken.None);
        }
    }
}

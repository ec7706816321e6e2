using System.Threading.Channels;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <summary>Runs every operation that is under way, each on its own, until the process is to end.</summary>
/// <param name="runFailed">
/// Told when a run broke off with an exception: the store failed, or a defect. The operation is taken up again, as after a crash.
/// </param>
public sealed class OperationScheduler(EngineServices services, Action<string, Exception> runFailed) : IOperationRunner
{
    private readonly Channel<string> submitted = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, Task> tasks = [];
    private readonly Dictionary<string, OperationRun> runs = [];
    private readonly Lock gate = new();

    /// <summary>Told when no operation is under way any more.</summary>
    public Action Rested { get; init; } = () => { };

    /// <summary>The operation is in the store; run it.</summary>
    public void Submit(string operationId) => submitted.Writer.TryWrite(operationId);

    /// <summary>The wish to cancel the operation is in the journal; end its waiting.</summary>
    public void Cancel(string operationId)
    {
        lock (gate)
        {
            runs.GetValueOrDefault(operationId)?.Cancel();
        }
    }

    /// <summary>The wish to keep what there is, is in the journal; end the undoing.</summary>
    public void Keep(string operationId)
    {
        lock (gate)
        {
            runs.GetValueOrDefault(operationId)?.Keep();
        }
    }

    public async Task RunAllAsync(CancellationToken stop)
    {
        var unfinished = await services.Store.ListOperationsAsync(new(UnderWay: true, Limit: int.MaxValue), stop);
        lock (gate)
        {
            // All of them before the first looks for those that it comes after.
            foreach (var operation in unfinished.Reverse())
            {
                Start(operation.Id, stop);
            }
        }

        try
        {
            // Not ReadAllAsync, which would go on outside the caller's synchronization context.
            while (await submitted.Reader.WaitToReadAsync(stop))
            {
                while (submitted.Reader.TryRead(out var operationId))
                {
                    Start(operationId, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Task[] remaining;
            lock (gate)
            {
                remaining = [.. tasks.Values];
            }

            await Task.WhenAll(remaining);
        }
    }

    private void Start(string operationId, CancellationToken stop)
    {
        lock (gate)
        {
            if (!tasks.ContainsKey(operationId))
            {
                tasks[operationId] = RunToItsEndAsync(operationId, stop);
            }
        }
    }

    private async Task RunToItsEndAsync(string operationId, CancellationToken stop)
    {
        await Task.Yield();
        var pace = new Pace(services.Random);
        for (var attempt = 0; !stop.IsCancellationRequested; attempt++)
        {
            try
            {
                if (await services.Store.FindOperationAsync(operationId, stop) is not { IsEnded: false } operation)
                {
                    break;
                }

                await AfterAsync(operation.Request.After);
                await RunAsync(operation, stop);
                break;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                runFailed(operationId, exception);
                await Task.Delay(pace.AfterFailure(attempt), services.Clock, stop)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }

        bool rests;
        lock (gate)
        {
            tasks.Remove(operationId);
            rests = tasks.Count == 0;
        }

        if (rests)
        {
            Rested();
        }
    }

    private Task AfterAsync(IReadOnlyList<string> operationIds)
    {
        lock (gate)
        {
            return Task.WhenAll(operationIds.Where(tasks.ContainsKey).Select(id => tasks[id]));
        }
    }

    private async Task RunAsync(Operation operation, CancellationToken stop)
    {
        using var run = new OperationRun(operation, services);
        lock (gate)
        {
            runs[operation.Id] = run;
        }

        try
        {
            await run.RunAsync(stop);
        }
        finally
        {
            lock (gate)
            {
                runs.Remove(operation.Id);
            }
        }
    }
}

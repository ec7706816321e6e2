using System.Threading.Channels;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <summary>
/// Runs every operation that is under way, each on its own, until the process is to end; of a store that several servers share, those that
/// this one has.
/// </summary>
/// <param name="runFailed">
/// Told when a run broke off with an exception: the store failed, or a defect. The operation is taken up again, as after a crash.
/// </param>
public sealed class OperationScheduler(EngineServices services, Action<string, Exception> runFailed) : IOperationRunner
{
    /// <summary>How often a shared store is asked for what other servers left or wish.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ISharedStore? shared = services.Store.Shared;
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
        if (shared is null)
        {
            var unfinished = await services.Store.ListOperationsAsync(new(UnderWay: true, Limit: int.MaxValue), stop);
            StartAll(unfinished.Reverse().Select(operation => operation.Id), stop);
            await RunSubmittedAsync(stop);
        }
        else
        {
            await Task.WhenAll(RunSubmittedAsync(stop), WatchAsync(shared, stop));
        }
    }

    private async Task RunSubmittedAsync(CancellationToken stop)
    {
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

    /// <summary>Takes up what servers left that are gone, and carries out the wishes that others were told.</summary>
    private async Task WatchAsync(ISharedStore store, CancellationToken stop)
    {
        var pace = new Pace(services.Random);
        var (position, failures) = (0L, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                StartAll(await store.ListFreeAsync(stop), stop);
                foreach (var wish in await store.ReadWishesAsync(position, stop))
                {
                    Cancel(wish.OperationId);
                    if (wish.Entry is CancelRequested { Keep: true })
                    {
                        Keep(wish.OperationId);
                    }

                    position = wish.Position;
                }

                failures = 0;
                await PauseAsync(Interval, stop);
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                runFailed("The search for what other servers left", exception);
                await PauseAsync(pace.AfterFailure(failures++), stop);
            }
            catch (Exception)
            {
                return;
            }
        }
    }

    private async Task PauseAsync(TimeSpan time, CancellationToken stop) => await Task.Delay(time, services.Clock, stop)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>All of them before the first looks for those that it comes after.</summary>
    private void StartAll(IEnumerable<string> operationIds, CancellationToken stop)
    {
        lock (gate)
        {
            foreach (var operationId in operationIds)
            {
                Start(operationId, stop);
            }
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
        string? cause = null;
        for (var attempt = 0; !stop.IsCancellationRequested; attempt++)
        {
            var lost = CancellationToken.None;
            try
            {
                if (shared is not null)
                {
                    if (await shared.TakeAsync(operationId, stop) is not { } taken)
                    {
                        break;
                    }

                    lost = taken;
                }

                if (await services.Store.FindOperationAsync(operationId, stop) is not { IsEnded: false } operation)
                {
                    break;
                }

                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, lost);
                await AfterAsync(operation.Request.After, either.Token);
                await RunAsync(operation, cause, either.Token);
                break;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (
                exception is OperationTakenException or { InnerException: OperationTakenException } || lost.IsCancellationRequested)
            {
                // Nothing is wrong with it; the next attempt tells who has it.
            }
            catch (Exception exception)
            {
                runFailed(operationId, exception);
                cause = exception.Message;
                await PauseAsync(pace.AfterFailure(attempt), stop);
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

    private async Task AfterAsync(IReadOnlyList<string> operationIds, CancellationToken stop)
    {
        Task[] here;
        lock (gate)
        {
            here = [.. operationIds.Where(tasks.ContainsKey).Select(id => tasks[id])];
        }

        await Task.WhenAll(here);
        if (shared is not null)
        {
            foreach (var operationId in operationIds)
            {
                // Another server may have it.
                while (await services.Store.FindOperationAsync(operationId, stop) is { IsEnded: false })
                {
                    await Task.Delay(Interval, services.Clock, stop);
                }
            }
        }
    }

    private async Task RunAsync(Operation operation, string? cause, CancellationToken stop)
    {
        using var run = new OperationRun(operation, services);
        lock (gate)
        {
            runs[operation.Id] = run;
        }

        try
        {
            await run.RunAsync(cause, stop);
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

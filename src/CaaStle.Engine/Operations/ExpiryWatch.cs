using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <summary>Deletes environments whose time to live is over, with the applications in them.</summary>
/// <param name="failed">Told when an environment could not be deleted yet; it is tried again.</param>
public sealed class ExpiryWatch(IStateStore store, IOperationService operations, TimeProvider clock, Action<SubjectKey, Exception> failed)
{
    /// <summary>Who asks for the deletions.</summary>
    public const string Requester = "expiry";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await DeleteExpiredAsync(stop);
            await Task.Delay(Interval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task DeleteExpiredAsync(CancellationToken stop)
    {
        try
        {
            foreach (var environment in await store.ListSubjectsAsync(SubjectKind.Environment, stop))
            {
                if (environment.ExpiresAt <= clock.GetUtcNow() && environment.Status != SubjectStatus.Deleting)
                {
                    await DeleteAsync(environment.Key, stop);
                }
            }
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            failed(SubjectKey.Environment("*"), exception);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task DeleteAsync(SubjectKey environment, CancellationToken stop)
    {
        try
        {
            await operations.DeleteAsync(new(environment, Force: true, KeepData: false, Requester), stop);
        }
        catch (OperationConflictException)
        {
            // Whoever works on it finishes first.
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            failed(environment, exception);
        }
    }
}

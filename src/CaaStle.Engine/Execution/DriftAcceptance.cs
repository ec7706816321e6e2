using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Execution;

/// <summary>Forgets the recorded objects of a subject that the cloud says are absent. Changes no cloud.</summary>
internal sealed class DriftAcceptance(Operation operation, EngineServices services, Pace pace)
{
    /// <param name="cancelled">The user does not want it any more.</param>
    /// <param name="stop">The process is to end; ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Why it did not succeed; null when everything that is missing is forgotten.</returns>
    public async Task<Failure?> RunAsync(Past past, CancellationToken cancelled, CancellationToken stop)
    {
        if (past.IsPlanned)
        {
            return null;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancelled, stop);
        var missing = new List<ObjectRecord>();
        try
        {
            var deletion = new Deletion(operation, services, pace);
            foreach (var item in await services.Store.ListObjectsAsync(operation.SubjectId, either.Token))
            {
                if (await (await deletion.DriverAsync(item)).IsAbsentAsync(either.Token))
                {
                    missing.Add(item);
                }
            }
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            var current = await services.Store.FindOperationAsync(operation.Id, stop);
            return new(Failure.Cancelled, null, $"cancelled by {current?.CancelledBy ?? "the user"}", []);
        }

        // All in one transaction: planned means done.
        var steps = missing.Select(item => new PlannedStep(item.Key, item.Kind, item.DependsOn) { Removes = true });
        await services.Store.AppendAsync(
            operation.Id,
            [new OperationPlanned([.. steps]), .. missing.Select(item => new ObjectForgotten(item.Key))],
            CancellationToken.None);
        return null;
    }
}

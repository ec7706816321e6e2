using CaaStle.Abstractions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>What every run of an operation needs.</summary>
public sealed record EngineServices(
    IStateStore Store,
    ISecretVault Vault,
    ICloudCatalog Catalog,
    HandlerRegistry Handlers,
    ObjectSerializer Serializer,
    Planner Planner,
    TimeProvider Clock,
    IRandomSource Random,
    IArtifactStore Artifacts)
{
    /// <summary>Of whatever is waited for.</summary>
    internal TimeProvider SteadyClock { get; } = new SteadyClock(Clock);

    internal CloudCalls Calls { get; } = new(Handlers, new SteadyClock(Clock), Random);
}

/// <summary>
/// Carries out one operation from wherever the journal says that it is to one of its three ends (Rule 3). Running it again after a crash
/// is the same as running it: what is in the journal is taken from there, what is not is found out from the cloud.
/// </summary>
internal sealed class OperationRun(Operation operation, EngineServices services) : IDisposable
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> NoOutputs =
        new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>();

    private readonly CancellationTokenSource cancelled = new();
    private readonly CancellationTokenSource keep = new();
    private readonly Pace pace = new(services.Random);

    public void Dispose()
    {
        cancelled.Dispose();
        keep.Dispose();
    }

    /// <summary>The user does not want it any more. The request is in the journal already.</summary>
    public void Cancel() => cancelled.Cancel();

    /// <summary>The user wants what is there kept instead of undone any further. The request is in the journal already.</summary>
    public void Keep() => keep.Cancel();

    /// <param name="cause">Why the run before broke off; null where it did not.</param>
    /// <param name="stop">The process is to end: leaves the operation as it is, to be run again later.</param>
    public async Task RunAsync(string? cause, CancellationToken stop)
    {
        var past = Past.Of(await services.Store.ReadWholeJournalAsync(operation.Id, stop));
        await AppendAsync(new OperationStarted(Resumed: past.IsStarted, cause));
        switch (operation)
        {
            case { Kind: OperationKind.Delete }:
                await DeleteAsync(past, stop);
                break;
            case { Request.Action: OperationAction.Accept }:
                await AcceptAsync(past, stop);
                break;
            default:
                await ChangeAsync(past, stop);
                break;
        }
    }

    private async Task ChangeAsync(Past past, CancellationToken stop)
    {
        var (failure, committed) = (past.Failure, past.Committed);
        if (failure is null && committed is null)
        {
            if (past.IsCancelled)
            {
                cancelled.Cancel();
            }

            var convergence = new Convergence(operation, services, past, pace);
            failure = await FindFailedPredecessorAsync(stop) ?? await convergence.RunAsync(cancelled.Token, stop);
            if (failure is null)
            {
                committed = new(convergence.Outputs, convergence.Retiring);
                if (operation.Kind != OperationKind.Create)
                {
                    await AppendAsync(committed);
                }
            }
            else
            {
                await AppendAsync(new OperationFailing(failure));
            }
        }

        if (committed is not null)
        {
            await RetireAsync(committed.Retiring, stop);
            await DiscardContextsAsync(operation.Request.Definition, stop);
            await AppendAsync(new OperationEnded(OperationState.Succeeded, committed.Outputs));
            return;
        }

        var isKept = !Projection.IsUndone(operation, failure!) || !await UndoAsync(stop);
        await AppendAsync(new OperationEnded(isKept ? OperationState.Kept : OperationState.RolledBack, NoOutputs));
    }

    /// <returns>Why the operation has no ground to stand on; null when what comes before it went well.</returns>
    private async Task<Failure?> FindFailedPredecessorAsync(CancellationToken stop)
    {
        foreach (var id in operation.Request.After)
        {
            if (await services.Store.FindOperationAsync(id, stop) is { State: not OperationState.Succeeded } before)
            {
                return new(Failure.PredecessorFailed, null, $"{before.Id} on {before.Subject}, which comes first, did not succeed", []);
            }
        }

        return null;
    }

    /// <returns>Whether everything is undone; not when the user asked to keep what there is.</returns>
    private async Task<bool> UndoAsync(CancellationToken stop)
    {
        var journal = await services.Store.ReadWholeJournalAsync(operation.Id, stop);
        if (journal.OfType<CancelRequested>().Any(request => request.Keep))
        {
            keep.Cancel();
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, keep.Token);
        try
        {
            await new Rollback(operation, services, pace).RunAsync(journal, either.Token);
            await CheckAsync(either.Token);
            var subject = operation.Kind == OperationKind.Create ? null : await services.Store.FindSubjectAsync(operation.Subject, either.Token);
            await DiscardContextsAsync(subject?.Definition, either.Token);
            return true;
        }
        catch (Exception) when (keep.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Takes away what is not needed any more, now that everything else is ready.</summary>
    private async Task RetireAsync(IReadOnlyList<string> keys, CancellationToken stop)
    {
        if (keys.Count == 0)
        {
            return;
        }

        var objects = await services.Store.ListObjectsAsync(operation.SubjectId, stop);
        await new Deletion(operation, services, pace).RunAsync([.. objects.Where(item => keys.Contains(item.Key))], new HashSet<string>(), stop);
        await CheckAsync(stop);
    }

    /// <summary>Asks the cloud whether it has more of the subject than the record says.</summary>
    private async Task CheckAsync(CancellationToken stop)
    {
        var recorded = await services.Store.ListObjectsAsync(operation.SubjectId, stop);
        await new Deletion(operation, services, pace).CheckLeftoversAsync(recorded.Select(item => item.Key).ToHashSet(), stop);
    }

    private async Task DeleteAsync(Past past, CancellationToken stop)
    {
        var objects = await services.Store.ListObjectsAsync(operation.SubjectId, stop);
        if (!past.IsPlanned)
        {
            await AppendAsync(new OperationPlanned([.. objects.Select(item => new PlannedStep(item.Key, item.Kind, item.DependsOn))]));
        }

        var kept = operation.Request.KeepData ? Deletion.WithWhatTheyNeed(objects, item => item.HoldsData) : [];
        var deletion = new Deletion(operation, services, pace);
        await deletion.RunAsync(objects, kept, stop);
        await deletion.CheckLeftoversAsync(kept, stop);
        await DiscardContextsAsync(null, stop);
        await AppendAsync(new OperationEnded(OperationState.Succeeded, NoOutputs));
    }

    /// <summary>No cloud is changed, so that there is nothing to undo.</summary>
    private async Task AcceptAsync(Past past, CancellationToken stop)
    {
        var failure = past.Failure;
        if (failure is null)
        {
            if (past.IsCancelled)
            {
                cancelled.Cancel();
            }

            failure = await FindFailedPredecessorAsync(stop)
                ?? await new DriftAcceptance(operation, services, pace).RunAsync(past, cancelled.Token, stop);
            if (failure is not null)
            {
                await AppendAsync(new OperationFailing(failure));
            }
        }

        await AppendAsync(new OperationEnded(failure is null ? OperationState.Succeeded : OperationState.RolledBack, NoOutputs));
    }

    /// <summary>Removes what a container was built from, in all its revisions.</summary>
    /// <param name="definition">The one that is in force from now on, whose build context stays; null when there is none.</param>
    private async Task DiscardContextsAsync(string? definition, CancellationToken stop)
    {
        if (operation.Subject.Kind != SubjectKind.Container)
        {
            return;
        }

        var kept = definition is null ? null : ContainerDefinition.Parse(definition).ContextArchive;
        var operations = await services.Store.ListOperationsAsync(new(operation.Subject, Limit: int.MaxValue), stop);
        var archives = operations
            .Where(each => each.SubjectId == operation.SubjectId)
            .Select(each => ContainerDefinition.Parse(each.Request.Definition).ContextArchive);
        foreach (var archive in archives.Distinct().Where(archive => archive != kept))
        {
            services.Artifacts.Discard(archive);
        }
    }

    private Task AppendAsync(JournalEntry entry) => services.Store.AppendAsync(operation.Id, [entry], CancellationToken.None);
}

using CaaStle.Engine.Definitions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <summary>What one operation made of an application.</summary>
/// <param name="Number">The revision that it was about.</param>
/// <param name="IsNew">It made that revision, instead of changing the number of its replicas.</param>
/// <param name="Action">One of <see cref="OperationAction"/>; null for the first deployment.</param>
/// <param name="Image">The exposed container's image, by a reference that always means the same; null where nothing ran.</param>
/// <param name="Images">By container.</param>
/// <param name="Changes">What differs from the revision before, in words.</param>
/// <param name="State">How the operation ended, or where it is.</param>
/// <param name="IsGone">Of an application of that name that was deleted.</param>
public sealed record Revision(
    int Number,
    bool IsNew,
    bool IsInForce,
    bool IsGone,
    string Operation,
    string? Action,
    string? Image,
    IReadOnlyDictionary<string, string> Images,
    string Definition,
    IReadOnlyList<string> Changes,
    OperationState State,
    Failure? Failure,
    DateTimeOffset At,
    string By);

/// <summary>Tells an application's history from its operations.</summary>
public sealed class RevisionReader(IStateStore store, ObjectSerializer serializer, DefinitionReader reader)
{
    /// <returns>Newest first.</returns>
    public async Task<IReadOnlyList<Revision>> ReadAsync(SubjectKey application, CancellationToken cancellationToken)
    {
        var subject = await store.FindSubjectAsync(application, cancellationToken);
        var operations = await store.ListOperationsAsync(new(application, Limit: int.MaxValue), cancellationToken);
        var revisions = new List<Revision>();
        Operation? before = null;
        foreach (var operation in operations.Reverse().Where(each => each.Kind is OperationKind.Create or OperationKind.Update))
        {
            var former = before?.SubjectId == operation.SubjectId ? before : null;
            revisions.Add(await ReadAsync(operation, former, subject, cancellationToken));
            if (operation.State is OperationState.Succeeded or OperationState.Finishing)
            {
                before = operation;
            }
        }

        revisions.Reverse();
        return revisions;
    }

    private async Task<Revision> ReadAsync(
        Operation operation, Operation? former, SubjectRecord? subject, CancellationToken cancellationToken)
    {
        var desired = operation.Request.Desired ?? new();
        var isThere = subject?.Id == operation.SubjectId;
        return new(
            desired.Revision,
            IsNew: former is null || desired.Revision != (former.Request.Desired?.Revision ?? 1),
            IsInForce: isThere && subject!.Desired.Revision == desired.Revision && operation.State is OperationState.Succeeded or OperationState.Finishing,
            IsGone: !isThere,
            operation.Id,
            operation.Request.Action,
            await ImageAsync(operation, cancellationToken),
            desired.Images,
            operation.Request.Definition,
            former is null ? [] : RevisionDifference.Describe(reader, former.Request, operation.Request),
            operation.State,
            operation.Failure,
            operation.RequestedAt,
            operation.RequestedBy);
    }

    private async Task<string?> ImageAsync(Operation operation, CancellationToken cancellationToken)
    {
        var journal = await store.ReadWholeJournalAsync(operation.Id, cancellationToken);
        var outputs = journal.Select(entry => entry switch
        {
            OperationCommitted committed => committed.Outputs,
            OperationEnded { State: OperationState.Succeeded } ended => ended.Outputs,
            _ => null,
        }).LastOrDefault(found => found is not null);
        return outputs is not null && outputs.TryGetValue("", out var own) && own.TryGetValue("Image", out var image)
            ? serializer.Restore(image).Reveal()
            : null;
    }
}

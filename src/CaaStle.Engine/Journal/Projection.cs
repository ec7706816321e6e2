namespace CaaStle.Engine.Journal;

/// <summary>
/// What the journal's facts add up to. Every store applies these to its rows in the transaction that appends the entry, so that the
/// journal and what is shown never differ.
/// </summary>
public static class Projection
{
    public static Operation Apply(Operation operation, JournalEntry entry, DateTimeOffset at) => entry switch
    {
        OperationStarted when operation.State == OperationState.Queued => operation with { State = OperationState.Running },
        CancelRequested cancel => operation with { CancelledBy = operation.CancelledBy ?? cancel.By },
        OperationFailing failing => operation with
        {
            Failure = operation.Failure ?? failing.Failure,
            State = IsUndone(operation, failing.Failure) ? OperationState.RollingBack : operation.State,
        },
        OperationCommitted => operation with { State = OperationState.Finishing },
        OperationEnded ended => operation with { State = ended.State, EndedAt = at },
        _ => operation,
    };

    /// <summary>Whether the entry may change the subject.</summary>
    public static bool IsOfSubject(JournalEntry entry) => entry
        is OperationStarted or OperationFailing or OperationCommitted or OperationEnded or ObjectForgotten;

    /// <returns>The subject afterwards; null when nothing of it is left.</returns>
    public static SubjectRecord? Apply(SubjectRecord subject, Operation operation, JournalEntry entry) => (operation.Kind, entry) switch
    {
        _ when !IsOfSubject(entry) => subject,
        (_, ObjectForgotten forgotten) => subject with { Outputs = Forget(subject.Outputs, ObjectRecord.PartOf(forgotten.Key)) },
        (OperationKind.Create, OperationFailing failing) when IsUndone(operation, failing.Failure) => subject with { Status = SubjectStatus.RollingBack },
        (OperationKind.Create, OperationEnded { State: OperationState.Succeeded } ended) =>
            subject with { Status = SubjectStatus.Available, Outputs = ended.Outputs },
        (OperationKind.Create, OperationEnded { State: OperationState.Kept }) => subject with { Status = SubjectStatus.CreateFailed },
        (OperationKind.Create, OperationEnded { State: OperationState.RolledBack }) => null,
        (OperationKind.Update, OperationStarted) => subject with { Status = SubjectStatus.Updating },
        (OperationKind.Update, OperationCommitted committed) => subject with
        {
            Definition = operation.Request.Definition,
            Desired = operation.Request.Desired ?? subject.Desired,
            Outputs = committed.Outputs,
        },
        (OperationKind.Update, OperationEnded { State: OperationState.Succeeded }) when operation.Request.Action != OperationAction.Accept =>
            subject with { Status = subject.Desired is { IsStopped: true } or { IsPaused: true } ? SubjectStatus.Stopped : SubjectStatus.Available },
        (OperationKind.Update, OperationEnded { State: OperationState.Succeeded or OperationState.RolledBack }) =>
            subject with { Status = operation.Request.StatusBefore ?? SubjectStatus.Available },
        (OperationKind.Update, OperationEnded { State: OperationState.Kept }) => subject with { Status = SubjectStatus.UpdateFailed },
        (OperationKind.Delete, OperationStarted) => subject with { Status = SubjectStatus.Deleting },
        (OperationKind.Delete, OperationEnded { State: OperationState.Succeeded }) => null,
        _ => subject,
    };

    /// <summary>Whether a failed creation is undone: unless the user asked to keep the wreck, and always when they cancelled it.</summary>
    public static bool IsUndone(Operation operation, Failure failure) =>
        !operation.Request.KeepOnFailure || failure.Code == Failure.Cancelled;

    /// <summary>What has lost an object offers nothing any more, until it is made again.</summary>
    private static Dictionary<string, IReadOnlyDictionary<string, StoredValue>> Forget(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> outputs, string part) =>
        outputs.ToDictionary(
            each => each.Key,
            each => each.Key != part
                ? each.Value
                : each.Value.ToDictionary(value => value.Key, value => value.Value with { Forgotten = true }));

    /// <summary>The key of the object that an entry is about; null when it is about none.</summary>
    public static string? ObjectKey(JournalEntry entry) => entry switch
    {
        ObjectIntended intended => intended.Key,
        ObjectChanging changing => changing.Key,
        ObjectReplacing replacing => replacing.Key,
        ObjectRestoring restoring => restoring.Key,
        ObjectReady ready => ready.Key,
        ObjectDeleting deleting => deleting.Key,
        ObjectDeleted deleted => deleted.Key,
        ObjectForgotten forgotten => forgotten.Key,
        ObjectKept kept => kept.Key,
        _ => null,
    };

    /// <param name="existing">The object's record before; null when there was none.</param>
    /// <returns>The record afterwards; null when the object is gone.</returns>
    public static ObjectRecord? Apply(ObjectRecord? existing, Operation operation, JournalEntry entry)
    {
        return entry switch
        {
            ObjectIntended intended => new(
                operation.Subject,
                operation.SubjectId,
                operation.Id,
                intended.Key,
                intended.Kind,
                intended.Identity,
                intended.Spec,
                State: null,
                intended.DependsOn,
                intended.HoldsData,
                ObjectStatus.Intended),
            ObjectChanging changing => Intended() with
            {
                Spec = changing.Spec,
                DependsOn = Either(changing.DependsOn),
                HoldsData = changing.HoldsData,
                Status = ObjectStatus.Changing,
            },
            ObjectReplacing => Intended() with { Status = ObjectStatus.Deleting },
            ObjectRestoring restoring => restoring.Previous with
            {
                DependsOn = Either(restoring.Previous.DependsOn),
                Status = ObjectStatus.Intended,
            },
            ObjectReady ready => Intended() with
            {
                State = ready.State,
                DependsOn = ready.DependsOn ?? existing!.DependsOn,
                Status = ObjectStatus.Ready,
            },
            ObjectDeleting => Intended() with { Status = ObjectStatus.Deleting },
            ObjectDeleted or ObjectForgotten => null,
            ObjectKept => Intended() with { Status = ObjectStatus.Kept },
            _ => existing,
        };

        // Until it is known to be changed, an object may need what it needed before, and what it will need.
        IReadOnlyList<string> Either(IReadOnlyList<string> next) => existing is null ? next : [.. existing.DependsOn.Union(next)];

        ObjectRecord Intended() =>
            existing ?? throw new InvalidOperationException($"The journal has {entry.GetType().Name} of '{ObjectKey(entry)}' without an intent.");
    }
}

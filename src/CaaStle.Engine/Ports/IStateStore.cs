using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Ports;

/// <summary>
/// Where the journal, and what it adds up to, is kept. Every write is one transaction, in which the entries are appended and
/// <see cref="Projection"/> is applied to the rows that they are about; when it returns, it is durable, whatever happens to the process.
/// Writes that wait at the same time may share a transaction. Safe for concurrent use.
/// </summary>
public interface IStateStore
{
    /// <summary>Identifies this store; drawn when it was made. It is in the marks of everything that its operations create.</summary>
    string InstallationId { get; }

    /// <summary>How servers that use it at once share its operations; null where there is never more than one.</summary>
    ISharedStore? Shared => null;

    /// <summary>
    /// Accepts operations that belong together, all or none: stores each with its first entry, and for a creation the new subject. Throws
    /// <see cref="OperationConflictException"/> when an operation that is under way works on or holds the subject of one, or works on what
    /// it would hold (those that it comes after, and those of the same call, aside), <see cref="SubjectExistsException"/> when a subject to
    /// be created exists, and <see cref="SubjectChangedException"/> when what it holds, or what it works on without creating it, is not
    /// there any more. Where an operation has the request key of one of these already, nothing changes.
    /// </summary>
    /// <param name="operations">At least one.</param>
    /// <returns>The last of them; or the last that was enqueued under the request key before.</returns>
    Task<Operation> EnqueueAsync(IReadOnlyList<NewOperation> operations, CancellationToken cancellationToken);

    /// <summary>
    /// Appends entries of one operation, in order. Throws <see cref="OperationEndedException"/> when it has ended: nothing comes after that.
    /// </summary>
    Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken);

    /// <summary>
    /// Sets when the subject is to be deleted; null for never. Throws <see cref="SubjectChangedException"/> when this life of it is gone.
    /// </summary>
    Task UpdateSubjectExpiryAsync(SubjectKey key, string subjectId, DateTimeOffset? expiresAt, CancellationToken cancellationToken);

    Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken);

    /// <summary>The last operation that was enqueued under the request key; null when there is none.</summary>
    Task<Operation?> FindRequestedAsync(string requestKey, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken);

    /// <summary>Entries after a position, oldest first, at most <paramref name="limit"/>.</summary>
    /// <param name="operationId">Of this operation only; null for all.</param>
    Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(string? operationId, long afterPosition, int limit, CancellationToken cancellationToken);

    Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken);

    /// <summary>In the order of their names, letter by letter as their codes are.</summary>
    Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectFilter filter, CancellationToken cancellationToken);

    /// <summary>The objects of one life of a subject, kept ones included, in the order in which they were first intended.</summary>
    Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken);

    /// <summary>Completes when entries after the position are there to be read; waits until then.</summary>
    Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken);
}

/// <param name="Operation">In state <see cref="OperationState.Queued"/>.</param>
/// <param name="Subject">The new subject of a creation; null for other operations.</param>
public sealed record NewOperation(Operation Operation, SubjectRecord? Subject);

/// <param name="Subject">Only operations on this subject, whichever life; null for all.</param>
/// <param name="UnderWay">Only those that have not ended.</param>
public sealed record OperationFilter(SubjectKey? Subject = null, bool UnderWay = false, int Limit = 100)
{
    /// <summary>Only operations on one of these, at most a thousand; null for all.</summary>
    public IReadOnlyCollection<SubjectKey>? Among { get; init; }
}

/// <param name="After">Only those whose names come after this one; null for all.</param>
public sealed record SubjectFilter(SubjectKind Kind, string? After = null, int Limit = int.MaxValue)
{
    /// <summary>Only those with such a name, in which <c>*</c> stands for any text; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>Null for all.</summary>
    public SubjectStatus? Status { get; init; }

    /// <summary>Null for all.</summary>
    public string? Cloud { get; init; }

    /// <summary>Only applications in one of these, at most a thousand; null for all.</summary>
    public IReadOnlyCollection<string>? Environments { get; init; }
}

public static class StateStoreExtensions
{
    /// <summary>All of the kind, in the order of their names.</summary>
    public static Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(
        this IStateStore store, SubjectKind kind, CancellationToken cancellationToken) =>
        store.ListSubjectsAsync(new SubjectFilter(kind), cancellationToken);
}

/// <summary>Another operation is under way.</summary>
public sealed class OperationConflictException(Operation holder)
    : Exception($"{holder.Subject} is being worked on by {holder.Id}.")
{
    public Operation Holder => holder;
}

/// <summary>A subject of that name exists already.</summary>
public sealed class SubjectExistsException(SubjectKey subject) : Exception($"{subject} exists already.")
{
    public SubjectKey Subject => subject;
}

/// <summary>A subject went, or became another, between the decision and the request.</summary>
public sealed class SubjectChangedException(SubjectKey subject) : Exception($"{subject} has changed meanwhile.")
{
    public SubjectKey Subject => subject;
}

/// <summary>The operation has come to its end.</summary>
public sealed class OperationEndedException(string operationId) : Exception($"{operationId} has ended.");

using System.Data.Common;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Relational;

/// <summary>The state store on a relational database. Readers have connections of their own and never wait for the writer.</summary>
public abstract class RelationalStateStore : IStateStore, IAsyncDisposable
{
    private readonly CommitSignal signal;
    private readonly Writer writer;

    /// <param name="lastPosition">The journal's last position; 0 when it is empty.</param>
    private protected RelationalStateStore(
        string installationId, long lastPosition, TimeProvider clock)
    {
        InstallationId = installationId;
        signal = new(lastPosition);
        writer = new(OpenWriter, clock, signal.Committed, DescribeWriteFailure);
    }

    public string InstallationId { get; }

    /// <summary>How many transactions were committed since the store was opened.</summary>
    internal long Transactions => writer.Transactions;

    public async Task<Operation> EnqueueAsync(IReadOnlyList<NewOperation> operations, CancellationToken cancellationToken)
    {
        var last = operations[^1].Operation;
        await writer.WriteAsync(Changes.Enqueue(operations, enqueued => last = enqueued), cancellationToken);
        return last;
    }

    public Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) =>
        writer.WriteAsync(Changes.Append(operationId, entries), cancellationToken);

    public Task UpdateSubjectExpiryAsync(
        SubjectKey key, string subjectId, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
        writer.WriteAsync(Changes.UpdateExpiry(key, subjectId, expiresAt), cancellationToken);

    public Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.OperationAsync(session, operationId, cancellationToken));

    public Task<Operation?> FindRequestedAsync(string requestKey, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.RequestedAsync(session, requestKey, cancellationToken));

    public Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.OperationsAsync(session, filter, cancellationToken));

    public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
        string? operationId, long afterPosition, int limit, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.JournalAsync(session, operationId, afterPosition, limit, cancellationToken));

    public Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.SubjectAsync(session, key, cancellationToken));

    public Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectKind kind, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.SubjectsAsync(session, kind, cancellationToken));

    public Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.ObjectsAsync(session, subjectId, cancellationToken));

    public Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken) =>
        signal.WaitAsync(afterPosition, cancellationToken);

    /// <summary>Finishes the writes that were accepted, then lets go of the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        signal.Close();
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>An open connection for the writer.</summary>
    private protected virtual DbConnection OpenWriter() => OpenConnection();

    /// <summary>An open connection.</summary>
    private protected abstract DbConnection OpenConnection();

    /// <summary>What callers are told when the database did not take a write.</summary>
    private protected abstract StoreException DescribeWriteFailure(Exception failure);

    private protected abstract void Release();

    private async Task<T> ReadAsync<T>(Func<Session, Task<T>> read)
    {
        await using var session = new Session(OpenConnection());
        return await read(session);
    }
}

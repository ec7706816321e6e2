using System.Data.Common;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Relational;

/// <summary>The state store on a relational database. Readers have connections of their own and never wait for the writer.</summary>
public abstract class RelationalStateStore : IStateStore, IAsyncDisposable
{
    private readonly CommitSignal signal;
    private readonly IDatabase database;
    private readonly Writer writer;
    private bool isClosed;

    /// <param name="lastPosition">The journal's last position; 0 when it is empty.</param>
    private protected RelationalStateStore(IDatabase database, string installationId, long lastPosition, TimeProvider clock)
    {
        this.database = database;
        InstallationId = installationId;
        signal = new(lastPosition);
        writer = new(database, clock, signal.Committed);
    }

    public string InstallationId { get; }

    public virtual ISharedStore? Shared => null;

    /// <summary>How many transactions were committed since the store was opened.</summary>
    internal long Transactions => writer.Transactions;

    public async Task<Operation> EnqueueAsync(IReadOnlyList<NewOperation> operations, CancellationToken cancellationToken)
    {
        var last = operations[^1].Operation;
        await writer.WriteAsync(Changes.Enqueue(operations, enqueued => last = enqueued, database), cancellationToken);
        return last;
    }

    public Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) =>
        writer.WriteAsync(Changes.Append(operationId, entries, database), cancellationToken);

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

    public Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.SubjectsAsync(session, filter, database.ByCode, cancellationToken));

    public Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken) =>
        ReadAsync(session => Queries.ObjectsAsync(session, subjectId, cancellationToken));

    public Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken) =>
        signal.WaitAsync(afterPosition, cancellationToken);

    /// <summary>Finishes the writes that were accepted, then lets go of the database.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isClosed, true))
        {
            return;
        }

        await writer.CloseAsync(await StopAsync());
        writer.Dispose();
        signal.Close();
        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what the store does of itself.</summary>
    /// <returns>What is to be written last; null for nothing.</returns>
    private protected virtual Task<Change?> StopAsync() => Task.FromResult<Change?>(null);

    private protected Task WriteAsync(Change change, CancellationToken cancellationToken) => writer.WriteAsync(change, cancellationToken);

    /// <summary>Somebody else may have written up to this position.</summary>
    private protected void Observe(long lastPosition) => signal.Committed(lastPosition);

    private protected async Task<T> ReadAsync<T>(Func<Session, Task<T>> read)
    {
        try
        {
            return await ReadOnceAsync(read);
        }
        catch (Exception failure) when (database.IsUnreachable(failure))
        {
            // The connections that were there may be from before the database was started anew.
            database.Release();
        }

        try
        {
            return await ReadOnceAsync(read);
        }
        catch (Exception failure) when (database.IsUnreachable(failure))
        {
            throw database.Describe(failure);
        }
    }

    private protected static string DrawId(IRandomSource random, int bytes)
    {
        var drawn = new byte[bytes];
        random.Fill(drawn);
        return Convert.ToHexStringLower(drawn);
    }

    private async Task<T> ReadOnceAsync<T>(Func<Session, Task<T>> read)
    {
        await using var session = new Session(await database.OpenAsync(CancellationToken.None));
        return await read(session);
    }
}

using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using Microsoft.EntityFrameworkCore;

namespace CaaStle.Storage.Relational;

/// <summary>The state store on a relational database. Readers have contexts of their own and never wait for the writer.</summary>
public abstract class RelationalStateStore : IStateStore, IAsyncDisposable
{
    private readonly IDbContextFactory<StoreContext> contexts;
    private readonly CommitSignal signal;
    private readonly Writer writer;

    /// <param name="lastPosition">The journal's last position; 0 when it is empty.</param>
    private protected RelationalStateStore(
        string installationId, long lastPosition, IDbContextFactory<StoreContext> contexts, TimeProvider clock)
    {
        InstallationId = installationId;
        this.contexts = contexts;
        signal = new(lastPosition);
        writer = new(contexts, clock, signal.Committed, DescribeWriteFailure);
    }

    public string InstallationId { get; }

    /// <summary>How many transactions were committed since the store was opened.</summary>
    internal long Transactions => writer.Transactions;

    public Task EnqueueAsync(Operation operation, SubjectRecord? subject, CancellationToken cancellationToken) =>
        writer.WriteAsync(Changes.Enqueue(operation, subject), cancellationToken);

    public Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) =>
        writer.WriteAsync(Changes.Append(operationId, entries), cancellationToken);

    public async Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Operations.AsNoTracking().FirstOrDefaultAsync(operation => operation.Id == operationId, cancellationToken);
    }

    public async Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var operations = context.Operations.AsNoTracking();
        if (filter.Subject is { } subject)
        {
            operations = operations.Where(operation => operation.Subject == subject);
        }

        if (filter.UnderWay)
        {
            operations = operations.Where(operation => operation.EndedAt == null);
        }

        return await operations
            .OrderByDescending(operation => operation.RequestedAt)
            .ThenByDescending(operation => operation.Id)
            .Take(filter.Limit)
            .ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
        string? operationId, long afterPosition, int limit, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var records = context.Journal.AsNoTracking().Where(record => record.Position > afterPosition);
        if (operationId is not null)
        {
            records = records.Where(record => record.OperationId == operationId);
        }

        return await records.OrderBy(record => record.Position).Take(limit).ToListAsync(cancellationToken);
    }

    public async Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Subjects.AsNoTracking().FirstOrDefaultAsync(subject => subject.Key == key, cancellationToken);
    }

    public async Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectKind kind, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Subjects.AsNoTracking()
            .Where(subject => EF.Property<SubjectKind>(subject, StoreContext.Kind) == kind)
            .OrderBy(subject => subject.Key)
            .ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Objects.AsNoTracking()
            .Where(record => record.SubjectId == subjectId)
            .OrderBy(record => EF.Property<long>(record, StoreContext.Number))
            .ToListAsync(cancellationToken);
    }

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

    /// <summary>What callers are told when the database did not take a write.</summary>
    private protected abstract StoreException DescribeWriteFailure(Exception failure);

    private protected abstract void Release();
}

using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Server.Hosting;

/// <summary>
/// A testing aid: with <c>CLD_CRASH_AT=N</c> the process is killed (as by <c>kill -9</c>) right after its N-th append to the journal
/// became durable, with <c>CLD_CRASH_AT=-N</c> right before that append.
/// </summary>
internal sealed class CrashPoint(IStateStore store, int at, Action crash) : IStateStore, IAsyncDisposable
{
    public const string Variable = "CLD_CRASH_AT";

    private int appends;

    public string InstallationId => store.InstallationId;

    public ISharedStore? Shared => store.Shared;

    /// <returns>The store itself when no crash is asked for.</returns>
    public static IStateStore Around(IStateStore store, string? setting) => setting switch
    {
        null or "" => store,
        _ when int.TryParse(setting, out var at) && at != 0 => new CrashPoint(store, at, Native.KillThisProcess),
        _ => throw new StartRefusedException($"{Variable} is '{setting}'; it must be a number other than 0, such as 3 or -3."),
    };

    public async Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref appends);
        if (number == -at)
        {
            crash();
        }

        await store.AppendAsync(operationId, entries, cancellationToken);
        if (number == at)
        {
            crash();
        }
    }

    public Task<Operation> EnqueueAsync(IReadOnlyList<NewOperation> operations, CancellationToken cancellationToken) =>
        store.EnqueueAsync(operations, cancellationToken);

    public Task UpdateSubjectExpiryAsync(
        SubjectKey key, string subjectId, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
        store.UpdateSubjectExpiryAsync(key, subjectId, expiresAt, cancellationToken);

    public Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken) =>
        store.FindOperationAsync(operationId, cancellationToken);

    public Task<Operation?> FindRequestedAsync(string requestKey, CancellationToken cancellationToken) =>
        store.FindRequestedAsync(requestKey, cancellationToken);

    public Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken) =>
        store.ListOperationsAsync(filter, cancellationToken);

    public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
        string? operationId, long afterPosition, int limit, CancellationToken cancellationToken) =>
        store.ReadJournalAsync(operationId, afterPosition, limit, cancellationToken);

    public Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken) =>
        store.FindSubjectAsync(key, cancellationToken);

    public Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectFilter filter, CancellationToken cancellationToken) =>
        store.ListSubjectsAsync(filter, cancellationToken);

    public Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken) =>
        store.ListObjectsAsync(subjectId, cancellationToken);

    public Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken) =>
        store.WaitForEntriesAsync(afterPosition, cancellationToken);

    public ValueTask DisposeAsync() => store is IAsyncDisposable disposable ? disposable.DisposeAsync() : default;
}

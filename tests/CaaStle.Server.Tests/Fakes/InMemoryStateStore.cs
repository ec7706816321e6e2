using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Server.Tests.Fakes;

/// <summary>The contract of the state store in memory, by <see cref="Projection"/> as the real one.</summary>
internal sealed class InMemoryStateStore(TimeProvider clock) : IStateStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Operation> operations = [];
    private readonly Dictionary<SubjectKey, SubjectRecord> subjects = [];
    private readonly List<ObjectRecord> objects = [];
    private readonly List<JournalRecord> journal = [];
    private TaskCompletionSource appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string InstallationId => "test01";

    public Task EnqueueAsync(Operation operation, SubjectRecord? subject, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (operations.Values.FirstOrDefault(other => !other.IsEnded && other.Subject == operation.Subject) is { } holder)
            {
                throw new OperationConflictException(holder);
            }

            if (subject is not null && !subjects.TryAdd(subject.Key, subject))
            {
                throw new SubjectExistsException(subject.Key);
            }

            operations.Add(operation.Id, operation);
        }

        return AppendAsync(operation.Id, [new OperationQueued(operation.RequestedBy)], cancellationToken);
    }

    public Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        TaskCompletionSource before;
        lock (gate)
        {
            foreach (var entry in entries)
            {
                Apply(operations[operationId], entry);
            }

            before = appended;
            appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();
        return Task.CompletedTask;
    }

    /// <summary>Puts a subject there as it is, without an operation.</summary>
    public void Seed(SubjectRecord subject, params IEnumerable<ObjectRecord> parts)
    {
        subjects[subject.Key] = subject;
        objects.AddRange(parts);
    }

    public Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken) =>
        Read(() => operations.GetValueOrDefault(operationId));

    public Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<Operation>>(() => [.. operations.Values
            .Where(operation => (filter.Subject is null || operation.Subject == filter.Subject) && !(filter.UnderWay && operation.IsEnded))
            .Reverse().Take(filter.Limit)]);

    public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
        string? operationId, long afterPosition, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<JournalRecord>>(() => [.. journal
            .Where(record => record.Position > afterPosition && (operationId is null || record.OperationId == operationId)).Take(limit)]);

    public Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken) => Read(() => subjects.GetValueOrDefault(key));

    public Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectKind kind, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<SubjectRecord>>(() => [.. subjects.Values.Where(subject => subject.Key.Kind == kind).OrderBy(subject => subject.Key.Name)]);

    public Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<ObjectRecord>>(() => [.. objects.Where(item => item.SubjectId == subjectId)]);

    public async Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (journal.Count > 0 && journal[^1].Position > afterPosition)
                {
                    return;
                }

                next = appended.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private Task<T> Read<T>(Func<T> read)
    {
        lock (gate)
        {
            return Task.FromResult(read());
        }
    }

    private void Apply(Operation operation, JournalEntry entry)
    {
        var at = clock.GetUtcNow();

        // Positions with gaps, as the contract says.
        var position = journal.Count == 0 ? 10 : journal[^1].Position + 3;
        journal.Add(new(position, operation.Id, journal.Count(record => record.OperationId == operation.Id) + 1, at, entry));
        operations[operation.Id] = Projection.Apply(operation, entry, at);
        if (subjects.TryGetValue(operation.Subject, out var subject) && subject.Id == operation.SubjectId)
        {
            if (Projection.Apply(subject, operation, entry) is { } changed)
            {
                subjects[operation.Subject] = changed;
            }
            else
            {
                subjects.Remove(operation.Subject);
            }
        }

        if (Projection.ObjectKey(entry) is { } key)
        {
            var index = objects.FindIndex(item => item.SubjectId == operation.SubjectId && item.Key == key);
            var after = Projection.Apply(index < 0 ? null : objects[index], operation, entry);
            if (index >= 0)
            {
                objects.RemoveAt(index);
            }

            if (after is not null)
            {
                objects.Insert(index < 0 ? objects.Count : index, after);
            }
        }
    }
}

using System.IO.Enumeration;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Simulation;

/// <summary>A state store in memory, for one thread.</summary>
public sealed class MemoryStateStore(TimeProvider clock) : IStateStore
{
    private readonly List<JournalRecord> journal = [];
    private readonly Dictionary<string, List<JournalRecord>> journals = [];
    private readonly Dictionary<string, Operation> operations = [];
    private readonly Dictionary<SubjectKey, SubjectRecord> subjects = [];
    private readonly Dictionary<string, List<ObjectRecord>> objects = [];
    private TaskCompletionSource appended = new();

    public string InstallationId => "memory";

    /// <summary>Told of each entry when it is durable.</summary>
    public Action<JournalRecord>? Appended { get; set; }

    public IEnumerable<ObjectRecord> AllObjects => objects.Values.SelectMany(list => list);

    public long LastPosition => journal.Count;

    public Task<Operation> EnqueueAsync(IReadOnlyList<NewOperation> operations, CancellationToken cancellationToken)
    {
        var keys = operations.Select(each => each.Operation.RequestKey).OfType<string>();
        if (this.operations.Values.LastOrDefault(operation => keys.Contains(operation.RequestKey)) is { } before)
        {
            return Task.FromResult(before);
        }

        foreach (var (operation, subject) in operations)
        {
            Check(operation, subject, operations);
        }

        foreach (var (operation, subject) in operations)
        {
            if (subject is not null)
            {
                subjects.Add(subject.Key, subject);
            }

            this.operations.Add(operation.Id, operation);
            Append(operation.Id, new OperationQueued(operation.RequestedBy));
        }

        return Task.FromResult(operations[^1].Operation);
    }

    public Task UpdateSubjectExpiryAsync(
        SubjectKey key, string subjectId, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        if (subjects.GetValueOrDefault(key) is not { } subject || subject.Id != subjectId)
        {
            throw new SubjectChangedException(key);
        }

        subjects[key] = subject with { ExpiresAt = expiresAt };
        return Task.CompletedTask;
    }

    public Task<Operation?> FindRequestedAsync(string requestKey, CancellationToken cancellationToken) =>
        Task.FromResult(operations.Values.LastOrDefault(operation => operation.RequestKey == requestKey));

    public Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        if (operations[operationId].IsEnded)
        {
            throw new OperationEndedException(operationId);
        }

        foreach (var entry in entries)
        {
            Append(operationId, entry);
        }

        return Task.CompletedTask;
    }

    public Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken) =>
        Task.FromResult(operations.GetValueOrDefault(operationId));

    public Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Operation>>([.. operations.Values
            .Where(operation => (filter.Subject is null || operation.Subject == filter.Subject)
                && filter.Among?.Contains(operation.Subject) != false
                && (!filter.UnderWay || !operation.IsEnded))
            .Reverse()
            .Take(filter.Limit)]);

    public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
        string? operationId, long afterPosition, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<JournalRecord>>(
            [.. (operationId is null ? journal : journals.GetValueOrDefault(operationId, [])).Where(record => record.Position > afterPosition).Take(limit)]);

    public Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken) =>
        Task.FromResult(subjects.GetValueOrDefault(key));

    public Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectFilter filter, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SubjectRecord>>([.. subjects.Values
            .Where(subject => subject.Key.Kind == filter.Kind
                && string.CompareOrdinal(subject.Key.Name, filter.After) > 0
                && (filter.Name is null || FileSystemName.MatchesSimpleExpression(filter.Name, subject.Key.Name))
                && (filter.Status ?? subject.Status) == subject.Status
                && (filter.Cloud ?? subject.Cloud) == subject.Cloud
                && filter.Environments?.Contains(subject.Environment) != false)
            .OrderBy(subject => subject.Key.Name, StringComparer.Ordinal)
            .Take(filter.Limit)]);

    public Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ObjectRecord>>([.. objects.GetValueOrDefault(subjectId, [])]);

    public async Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken)
    {
        while (journal.Count <= afterPosition)
        {
            await appended.Task.WaitAsync(cancellationToken);
        }
    }

    private void Check(Operation operation, SubjectRecord? subject, IReadOnlyList<NewOperation> asked)
    {
        var conflict = operations.Values.FirstOrDefault(other => !other.IsEnded
            && !operation.Request.After.Contains(other.Id)
            && (other.Subject == operation.Subject || other.Holds.Contains(operation.Subject) || operation.Holds.Contains(other.Subject)));
        if (conflict is not null)
        {
            throw new OperationConflictException(conflict);
        }

        if (operation.Holds.FirstOrDefault(held => !subjects.ContainsKey(held) && asked.All(each => each.Subject?.Key != held)) is { } gone)
        {
            throw new SubjectChangedException(gone);
        }

        if (operation.Kind != OperationKind.Create && subjects.GetValueOrDefault(operation.Subject)?.Id != operation.SubjectId)
        {
            throw new SubjectChangedException(operation.Subject);
        }

        if (subject is not null && subjects.ContainsKey(subject.Key))
        {
            throw new SubjectExistsException(subject.Key);
        }
    }

    private void Append(string operationId, JournalEntry entry)
    {
        var before = operations[operationId];
        var at = clock.GetUtcNow();
        var own = journals.TryGetValue(operationId, out var known) ? known : journals[operationId] = [];
        var record = new JournalRecord(journal.Count + 1, operationId, own.Count + 1, at, entry);
        journal.Add(record);
        own.Add(record);
        var operation = operations[operationId] = Projection.Apply(before, entry, at);
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
            var list = objects.TryGetValue(operation.SubjectId, out var found) ? found : objects[operation.SubjectId] = [];
            var index = list.FindIndex(item => item.Key == key);
            var item = Projection.Apply(index < 0 ? null : list[index], operation, entry);
            switch (index, item)
            {
                case ( >= 0, { }):
                    list[index] = item;
                    break;
                case ( >= 0, null):
                    list.RemoveAt(index);
                    break;
                case (_, { }):
                    list.Add(item);
                    break;
            }
        }

        Appended?.Invoke(record);
        var waiting = appended;
        appended = new();
        waiting.SetResult();
    }
}

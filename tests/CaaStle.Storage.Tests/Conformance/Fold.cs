using CaaStle.Engine.Journal;

namespace CaaStle.Storage.Tests.Conformance;

/// <summary>What a journal adds up to, reckoned from its start in memory.</summary>
internal sealed class Fold
{
    public Dictionary<string, Operation> Operations { get; } = [];

    public Dictionary<SubjectKey, SubjectRecord> Subjects { get; } = [];

    public Dictionary<(string SubjectId, string Key), ObjectRecord> Objects { get; } = [];

    /// <param name="asked">The operations as they were enqueued.</param>
    public static Fold Of(IReadOnlyList<Operation> asked, IReadOnlyList<JournalRecord> journal)
    {
        var fold = new Fold();
        var byId = asked.ToDictionary(operation => operation.Id);
        foreach (var record in journal)
        {
            if (record.Sequence == 1)
            {
                var queued = byId[record.OperationId];
                fold.Operations.Add(queued.Id, queued);
                if (queued.Kind == OperationKind.Create)
                {
                    fold.Subjects.Add(queued.Subject, Sample.Subject(queued));
                }
            }

            fold.Apply(fold.Operations[record.OperationId], record);
        }

        return fold;
    }

    private void Apply(Operation operation, JournalRecord record)
    {
        if (Projection.ObjectKey(record.Entry) is { } key)
        {
            var place = (operation.SubjectId, key);
            Set(Objects, place, Projection.Apply(Objects.GetValueOrDefault(place), operation, record.Entry));
        }

        if (Subjects.TryGetValue(operation.Subject, out var subject))
        {
            Set(Subjects, subject.Key, Projection.Apply(subject, operation, record.Entry));
        }

        Operations[operation.Id] = Projection.Apply(operation, record.Entry, record.At);
    }

    private static void Set<TKey, TValue>(Dictionary<TKey, TValue> rows, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
    {
        if (value is null)
        {
            rows.Remove(key);
        }
        else
        {
            rows[key] = value;
        }
    }
}

using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>What was drawn for a subject, as the journals of its operations have it.</summary>
internal static class GeneratedValues
{
    /// <returns>By key, protected.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        IStateStore store, SubjectKey subject, string subjectId, CancellationToken cancellationToken)
    {
        var journal = new List<ValueGenerated>();
        var operations = await store.ListOperationsAsync(new(subject, Limit: int.MaxValue), cancellationToken);
        foreach (var operation in operations.Where(each => each.SubjectId == subjectId).Reverse())
        {
            journal.AddRange((await store.ReadWholeJournalAsync(operation.Id, cancellationToken)).OfType<ValueGenerated>());
        }

        return Of(journal);
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<JournalEntry> journal)
    {
        var values = new Dictionary<string, string>();
        foreach (var drawn in journal.OfType<ValueGenerated>())
        {
            values[drawn.Key] = drawn.ProtectedValue;
        }

        return values;
    }
}

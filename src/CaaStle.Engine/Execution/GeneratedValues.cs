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
        var values = new Dictionary<string, string>();
        var operations = await store.ListOperationsAsync(new(subject, Limit: int.MaxValue), cancellationToken);
        foreach (var operation in operations.Where(each => each.SubjectId == subjectId).Reverse())
        {
            foreach (var drawn in (await store.ReadWholeJournalAsync(operation.Id, cancellationToken)).OfType<ValueGenerated>())
            {
                values[drawn.Key] = drawn.ProtectedValue;
            }
        }

        return values;
    }
}

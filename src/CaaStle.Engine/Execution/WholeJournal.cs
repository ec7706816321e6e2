using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

public static class WholeJournal
{
    private const int Page = 1000;

    /// <summary>All entries of an operation, oldest first.</summary>
    public static async Task<IReadOnlyList<JournalEntry>> ReadWholeJournalAsync(
        this IStateStore store, string operationId, CancellationToken cancellationToken)
    {
        var entries = new List<JournalEntry>();
        for (var position = 0L; ;)
        {
            var records = await store.ReadJournalAsync(operationId, position, Page, cancellationToken);
            entries.AddRange(records.Select(record => record.Entry));
            if (records.Count < Page)
            {
                return entries;
            }

            position = records[^1].Position;
        }
    }
}

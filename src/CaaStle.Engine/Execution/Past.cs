using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Execution;

/// <summary>What an operation has done before it was taken up, as its journal says. It stays in memory as long as the operation runs.</summary>
/// <param name="IsStarted">Whether it is taken up again.</param>
/// <param name="Failure">For what it is undone.</param>
/// <param name="Committed">What it ends with, once nothing is undone any more.</param>
/// <param name="Values">What it has drawn by key, protected.</param>
/// <param name="Changing">Keys of objects that it was changing in place.</param>
/// <param name="Replacing">Keys of objects that it was replacing by others of the same identity.</param>
internal sealed record Past(
    bool IsStarted,
    bool IsPlanned,
    bool IsCancelled,
    Failure? Failure,
    OperationCommitted? Committed,
    IReadOnlyDictionary<string, string> Values,
    IReadOnlySet<string> Changing,
    IReadOnlySet<string> Replacing)
{
    public static Past Of(IReadOnlyList<JournalEntry> journal) => new(
        journal.OfType<OperationStarted>().Any(),
        journal.OfType<OperationPlanned>().Any(),
        journal.OfType<CancelRequested>().Any(),
        journal.OfType<OperationFailing>().FirstOrDefault()?.Failure,
        journal.OfType<OperationCommitted>().FirstOrDefault(),
        GeneratedValues.Of(journal),
        journal.OfType<ObjectChanging>().Select(entry => entry.Key).ToHashSet(),
        journal.OfType<ObjectReplacing>().Select(entry => entry.Key).ToHashSet());
}

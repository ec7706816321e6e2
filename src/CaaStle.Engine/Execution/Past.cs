using CaaStle.Abstractions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Execution;

/// <summary>What a resumed operation had begun, and what earlier ones have drawn.</summary>
/// <param name="Values">Generated values by key, protected.</param>
/// <param name="Changing">Keys of objects that this operation was changing in place.</param>
/// <param name="Replacing">Keys of objects that this operation was replacing by others of the same identity.</param>
internal sealed record Past(IReadOnlyDictionary<string, string> Values, IReadOnlySet<string> Changing, IReadOnlySet<string> Replacing)
{
    public static readonly Past None = new(new Dictionary<string, string>(), new HashSet<string>(), new HashSet<string>());

    /// <param name="journal">What the operation has done so far.</param>
    public static async Task<Past> ReadAsync(
        Operation operation, EngineServices services, Blueprint blueprint, IReadOnlyList<JournalEntry> journal, CancellationToken stop)
    {
        return new(
            await ValuesAsync(operation, services, blueprint, journal, stop),
            journal.OfType<ObjectChanging>().Select(entry => entry.Key).ToHashSet(),
            journal.OfType<ObjectReplacing>().Select(entry => entry.Key).ToHashSet());
    }

    private static async Task<IReadOnlyDictionary<string, string>> ValuesAsync(
        Operation operation, EngineServices services, Blueprint blueprint, IReadOnlyList<JournalEntry> journal, CancellationToken stop)
    {
        if (operation.Kind == OperationKind.Create)
        {
            return GeneratedValues.Of(journal);
        }

        return blueprint.Nodes.Any(node => node is IGeneratedNode)
            ? await GeneratedValues.ReadAsync(services.Store, operation.Subject, operation.SubjectId, stop)
            : None.Values;
    }
}

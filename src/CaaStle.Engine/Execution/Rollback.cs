using CaaStle.Abstractions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Execution;

/// <summary>
/// Makes what was there before be there again, and nothing else (Rule 3). First everything that the operation has made goes, each object
/// after those that depend on it, and what was changed in place is changed back; then what had to go is made again.
/// </summary>
internal sealed class Rollback(Operation operation, EngineServices services, Pace pace)
{
    private readonly Deletion deletion = new(operation, services, pace);

    /// <param name="journal">What the operation has done so far.</param>
    public async Task RunAsync(IReadOnlyList<JournalEntry> journal, CancellationToken stop)
    {
        var records = await services.Store.ListObjectsAsync(operation.SubjectId, stop);
        var previous = Previous(journal);
        var restored = RestoredKeys(journal);
        var late = Recreated(journal, previous);

        var made = records.Where(item => item.Operation == operation.Id).ToDictionary(item => item.Key);
        var changed = previous.Keys.Where(key => !late.Contains(key) && !restored.Contains(key)).ToHashSet();
        var first = records.Where(item => made.ContainsKey(item.Key) || changed.Contains(item.Key)).ToList();
        var dependents = first.SelectMany(item => item.DependsOn.Select(needed => (needed, item.Key))).ToLookup(pair => pair.needed, pair => pair.Key);
        await ObjectGraph.RunAsync(
            first,
            item => item.Key,
            item => dependents[item.Key],
            item => made.ContainsKey(item.Key) ? deletion.DeleteAsync(item, isKept: false, stop) : RestoreAsync(previous[item.Key], stop));

        await ObjectGraph.RunAsync(
            late.Where(key => !restored.Contains(key)).Select(key => previous[key]),
            item => item.Key,
            item => item.DependsOn,
            item => RestoreAsync(item, stop));
    }

    /// <summary>What each object was before the operation first touched it.</summary>
    private static Dictionary<string, ObjectRecord> Previous(IReadOnlyList<JournalEntry> journal)
    {
        var previous = new Dictionary<string, ObjectRecord>();
        foreach (var entry in journal)
        {
            var record = entry switch
            {
                ObjectChanging changing => changing.Previous,
                ObjectReplacing replacing => replacing.Previous,
                _ => null,
            };
            if (record is not null)
            {
                previous.TryAdd(record.Key, record);
            }
        }

        return previous;
    }

    /// <summary>What this rollback has restored before the process was stopped.</summary>
    private static HashSet<string> RestoredKeys(IReadOnlyList<JournalEntry> journal)
    {
        var (restoring, restored) = (new HashSet<string>(), new HashSet<string>());
        foreach (var entry in journal.SkipWhile(entry => entry is not OperationFailing))
        {
            switch (entry)
            {
                case ObjectRestoring begun:
                    restoring.Add(begun.Key);
                    break;
                case ObjectReady ready when restoring.Contains(ready.Key):
                    restored.Add(ready.Key);
                    break;
                case ObjectFailed failed when restoring.Contains(failed.Key):
                    restored.Add(failed.Key);
                    break;
            }
        }

        return restored;
    }

    /// <summary>What was replaced, and what was changed in place and needs something that was replaced: restored when all else is undone.</summary>
    private static HashSet<string> Recreated(IReadOnlyList<JournalEntry> journal, Dictionary<string, ObjectRecord> previous)
    {
        var keys = journal.OfType<ObjectReplacing>().Select(entry => entry.Key).ToHashSet();
        int known;
        do
        {
            known = keys.Count;
            keys.UnionWith(previous.Values.Where(item => item.DependsOn.Any(keys.Contains)).Select(item => item.Key));
        }
        while (keys.Count > known);
        return keys;
    }

    private async Task RestoreAsync(ObjectRecord item, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        await AppendAsync(new ObjectRestoring(item.Key, item));
        var driver = await deletion.DriverAsync(item);
        driver.MarkUnsettled();
        if (await driver.RestoreAsync(stop) is { } ready)
        {
            await AppendAsync(new ObjectReady(item.Key, services.Serializer.Serialize(ready.State), ready.Word) { DependsOn = item.DependsOn });
        }
        else
        {
            await AppendAsync(new ObjectFailed(item.Key, "it is back, but not well", []));
        }
    }

    private Task AppendAsync(JournalEntry entry) => services.Store.AppendAsync(operation.Id, [entry], CancellationToken.None);
}

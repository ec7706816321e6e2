namespace CaaStle.Clouds.Simulated;

/// <summary>What somebody made in the simulated cloud.</summary>
/// <param name="ReadyAt">When it works; never, where it fails first.</param>
/// <param name="FailsAt">When it breaks; null for never.</param>
/// <param name="Needs">Names of objects that cannot be deleted before this one.</param>
/// <param name="GoneAt">When its deletion is complete; null while nobody deletes it.</param>
/// <param name="VisibleAt">Before this, reads do not show it.</param>
/// <param name="Content">What of it can be changed in place.</param>
public sealed record WorldObject(
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset ReadyAt,
    DateTimeOffset? FailsAt,
    string FailureReason,
    IReadOnlyList<string> Needs,
    DateTimeOffset? GoneAt,
    DateTimeOffset VisibleAt,
    string Content = "")
{
    /// <summary>When it was made or last changed.</summary>
    public DateTimeOffset MadeAt { get; init; }

    /// <summary>When somebody else deletes it; null for never.</summary>
    public DateTimeOffset? VanishesAt { get; init; }

    /// <summary>How long its deletion takes; null where it takes what all take.</summary>
    public TimeSpan? Deletion { get; init; }

    /// <summary>What it is said to be, one after the other, until it is ready.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    /// <summary>When it is there no more.</summary>
    public DateTimeOffset? EndsAt => GoneAt is null || VanishesAt < GoneAt ? VanishesAt : GoneAt;

    public string StateAt(DateTimeOffset now)
    {
        var share = (now - MadeAt) / (ReadyAt - MadeAt);
        return States.Count == 0 ? "creating" : States[Math.Clamp((int)(share * States.Count), 0, States.Count - 1)];
    }
}

/// <summary>What of an object's life is its own.</summary>
public sealed record WorldManner(TimeSpan? Deletion, TimeSpan? Vanishes, IReadOnlyList<string> States);

/// <summary>All objects by name, with what needs which, and which ends next.</summary>
internal sealed class WorldObjects
{
    private readonly SortedDictionary<string, WorldObject> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> dependents = [];
    private readonly PriorityQueue<string, DateTimeOffset> ends = new();

    public IEnumerable<WorldObject> All => byName.Values;

    public bool IsEmpty => byName.Count == 0;

    public WorldObject? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The first that needs it; null when nothing does.</summary>
    public string? DependentOf(string name) => dependents.GetValueOrDefault(name)?.Min;

    public void Put(WorldObject item)
    {
        Remove(item.Name);
        byName.Add(item.Name, item);
        foreach (var need in item.Needs)
        {
            if (!dependents.TryGetValue(need, out var names))
            {
                dependents.Add(need, names = new(StringComparer.Ordinal));
            }

            names.Add(item.Name);
        }

        if (item.EndsAt is { } end)
        {
            ends.Enqueue(item.Name, end);
        }
    }

    public void Remove(string name)
    {
        if (!byName.Remove(name, out var item))
        {
            return;
        }

        foreach (var need in item.Needs)
        {
            if (dependents.TryGetValue(need, out var names) && names.Remove(name) && names.Count == 0)
            {
                dependents.Remove(need);
            }
        }
    }

    public void RemoveEnded(DateTimeOffset now)
    {
        while (ends.TryPeek(out var name, out var end) && end <= now)
        {
            ends.Dequeue();
            if (byName.GetValueOrDefault(name)?.EndsAt <= now)
            {
                Remove(name);
            }
        }
    }

    public void Clear()
    {
        byName.Clear();
        dependents.Clear();
        ends.Clear();
    }
}

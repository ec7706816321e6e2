using CaaStle.Clouds.Simulated;

namespace CaaStle.World;

/// <summary>From when to when something was in the world.</summary>
/// <param name="To">Null for what nobody has deleted.</param>
public sealed record WorldLife(string Name, IReadOnlyDictionary<string, string> Labels, DateTimeOffset From, DateTimeOffset? To);

/// <summary>All that ever was in a world, whoever knows of it.</summary>
public sealed class WorldHistory(SimulatedWorld world, TimeProvider clock) : IWorldFaults
{
    private readonly Lock gate = new();
    private readonly List<WorldLife> lives = [];

    /// <summary>Where the latest life of each name is.</summary>
    private readonly Dictionary<string, int> latest = [];

    public IReadOnlyList<WorldLife> Lives
    {
        get
        {
            lock (gate)
                return [.. lives];
        }
    }

    public Task<Exception?> BeforeAsync(WorldCall call, CancellationToken cancellationToken) => Task.FromResult<Exception?>(null);

    public Task<Exception?> AfterAsync(WorldCall call, CancellationToken cancellationToken)
    {
        if (call.IsChange)
            Note();
        return Task.FromResult<Exception?>(null);
    }

    /// <summary>Writes down what has come and what is going.</summary>
    private void Note()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var there = world.Objects.ToDictionary(item => item.Name);
            foreach (var (name, at) in latest)
            {
                // What was deleted at once is gone already.
                if (lives[at].To is null && !there.ContainsKey(name))
                    lives[at] = lives[at] with { To = now };
            }

            foreach (var item in there.Values)
            {
                if (latest.TryGetValue(item.Name, out var at) && !(lives[at].To <= now))
                {
                    lives[at] = lives[at] with { To = item.EndsAt };
                    continue;
                }

                latest[item.Name] = lives.Count;
                lives.Add(new(item.Name, item.Labels, item.MadeAt, item.EndsAt));
            }
        }
    }
}

namespace CaaStle.Clouds.Simulated;

/// <summary>The simulated cloud's API: few calls, each of which may throw what a cloud's calls throw.</summary>
public interface IWorld
{
    WorldTiming Timing { get; }

    /// <summary>What time it is there, as far as is known here.</summary>
    DateTimeOffset Now { get; }

    /// <summary>The objects as reads show them, in the order of their names; null where they show none.</summary>
    Task<IReadOnlyList<WorldObject?>> DescribeAsync(IReadOnlyList<string> names, CancellationToken cancellationToken);

    /// <summary>The object as reads show it; null when they show none.</summary>
    Task<WorldObject?> DescribeAsync(string name, CancellationToken cancellationToken);

    /// <summary>All that reads show with these labels.</summary>
    Task<IReadOnlyList<WorldObject>> FindAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken);

    /// <exception cref="Abstractions.CloudException">The name is taken, or what the object needs is not there.</exception>
    Task CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        TimeSpan readyAfter,
        TimeSpan? failsAfter,
        string failureReason,
        IReadOnlyList<string> needs,
        CancellationToken cancellationToken,
        string content = "",
        WorldManner? manner = null);

    /// <exception cref="Abstractions.CloudException">The object is not there, is going, or would need what is not there.</exception>
    Task ChangeAsync(string name, string content, TimeSpan readyAfter, IReadOnlyList<string> needs, CancellationToken cancellationToken);

    /// <exception cref="Abstractions.CloudException">Something depends on the object.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}

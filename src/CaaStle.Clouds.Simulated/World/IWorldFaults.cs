namespace CaaStle.Clouds.Simulated;

public enum WorldCallKind
{
    Describe,
    DescribeMany,
    Find,
    Create,
    Change,
    Delete,
}

/// <param name="Name">The object that the call is about; empty for a search, and where it is about many.</param>
public sealed record WorldCall(WorldCallKind Kind, string Name)
{
    /// <summary>The objects that are looked up, where the call is about many.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    public bool IsChange => Kind is WorldCallKind.Create or WorldCallKind.Change or WorldCallKind.Delete;
}

/// <summary>Decides what goes wrong with each call.</summary>
public interface IWorldFaults
{
    /// <returns>An error instead of the call; null to let it happen.</returns>
    Task<Exception?> BeforeAsync(WorldCall call, CancellationToken cancellationToken);

    /// <returns>An error instead of the answer, after the call was applied; null to let the answer through.</returns>
    Task<Exception?> AfterAsync(WorldCall call, CancellationToken cancellationToken);
}

internal sealed class NoFaults : IWorldFaults
{
    public Task<Exception?> BeforeAsync(WorldCall call, CancellationToken cancellationToken) => Task.FromResult<Exception?>(null);

    public Task<Exception?> AfterAsync(WorldCall call, CancellationToken cancellationToken) => Task.FromResult<Exception?>(null);
}

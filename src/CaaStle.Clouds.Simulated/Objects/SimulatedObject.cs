using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>What all simulated objects have in common.</summary>
public interface ISimulatedSpec : ICloudObjectSpec
{
    double ReadySeconds { get; }

    /// <summary>When it breaks; null for never.</summary>
    double? FailsSeconds { get; }

    string FailureReason { get; }

    /// <summary>Names of objects that cannot be deleted before this one.</summary>
    IReadOnlyList<string> Needs { get; }
}

public sealed record SimulatedNetwork(
    string Identity, double ReadySeconds = 0, double? FailsSeconds = null, string FailureReason = "") : ICloudObjectSpec<SimulatedNetworkState>, ISimulatedSpec
{
    public IReadOnlyList<string> Needs => [];
}

public sealed record SimulatedNetworkState(string Name);

public sealed record SimulatedDatabase(
    string Identity, string Network, Secret Password, double ReadySeconds = 0, double? FailsSeconds = null, string FailureReason = "")
    : ICloudObjectSpec<SimulatedDatabaseState>, ISimulatedSpec
{
    public IReadOnlyList<string> Needs => [Network];

    bool ICloudObjectSpec.HoldsData => true;
}

public sealed record SimulatedDatabaseState(string Name);

public sealed record SimulatedService(
    string Identity,
    string Network,
    string Image,
    IReadOnlyDictionary<string, Value> Variables,
    double ReadySeconds = 0,
    double? FailsSeconds = null,
    string FailureReason = "") : ICloudObjectSpec<SimulatedServiceState>, ISimulatedSpec
{
    public IReadOnlyList<string> Needs => [Network];
}

public sealed record SimulatedServiceState(string Name);

public sealed record SimulatedImage(
    string Identity, double ReadySeconds = 0, double? FailsSeconds = null, string FailureReason = "") : ICloudObjectSpec<SimulatedImageState>, ISimulatedSpec
{
    public IReadOnlyList<string> Needs => [];
}

public sealed record SimulatedImageState(string Name);

/// <summary>How every kind of simulated object lives.</summary>
internal sealed class SimulatedHandler<TSpec, TState>(SimulatedWorld world, TimeProvider clock, string kind, Func<string, TState> stateOf)
    : CloudObjectHandler<TSpec, TState>
    where TSpec : class, ICloudObjectSpec<TState>, ISimulatedSpec
    where TState : class
{
    public override string Kind => kind;

    public override TimeSpan SettlesWithin => world.Timing.Visibility + world.Timing.CallLatency;

    public override async Task<Observation<TState>> ReadAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await world.DescribeAsync(spec.Identity, cancellationToken);
        var now = clock.GetUtcNow();
        return found switch
        {
            null => Observation.Absent<TState>(),
            _ when !call.Marks.Owns(found.Labels) => Observation.Foreign<TState>("made by somebody else"),
            { GoneAt: not null } => Observation.InProgress<TState>("deleting"),
            { FailsAt: { } failsAt } when now >= failsAt => Observation.Failed<TState>(found.FailureReason, ["the last words of " + found.Name]),
            _ when now < found.ReadyAt => Observation.InProgress<TState>("creating"),
            _ => Observation.Ready(stateOf(found.Name), "available"),
        };
    }

    public override Task CreateAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken) => world.CreateAsync(
        spec.Identity,
        call.Marks.ToLabels(),
        TimeSpan.FromSeconds(spec.ReadySeconds),
        spec.FailsSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        spec.FailureReason,
        spec.Needs,
        cancellationToken);

    public override Task DeleteAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        world.DeleteAsync(spec.Identity, cancellationToken);
}

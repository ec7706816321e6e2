using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>What all simulated objects have in common.</summary>
public interface ISimulatedSpec : ICloudObjectSpec
{
    Behaviour Behaviour { get; }

    /// <summary>Names of objects that cannot be deleted before this one.</summary>
    IReadOnlyList<string> Needs { get; }

    /// <summary>What of it can be changed in place, as the cloud shows it; specifications that differ in nothing else can become each other.</summary>
    string Content => "";

    /// <summary>What it writes when it is made.</summary>
    string? Output => null;

    /// <summary>What it ends with when it breaks, where it is a command.</summary>
    int? ExitCode => null;
}

public sealed record SimulatedNetwork(string Identity) : ICloudObjectSpec<SimulatedNetworkState>, ISimulatedSpec
{
    public Behaviour Behaviour { get; init; } = Behaviour.Plain;

    public IReadOnlyList<string> Needs => [];
}

public sealed record SimulatedNetworkState(string Name);

public sealed record SimulatedStorage(string Identity, string Network) : ICloudObjectSpec<SimulatedStorageState>, ISimulatedSpec
{
    public Behaviour Behaviour => Behaviour.Plain;

    public IReadOnlyList<string> Needs => [Network];

    bool ICloudObjectSpec.HoldsData => true;
}

public sealed record SimulatedStorageState(string Name);

public sealed record SimulatedDatabase(string Identity, string Network, string Storage, Secret Password)
    : ICloudObjectSpec<SimulatedDatabaseState>, ISimulatedSpec
{
    private const long UsualPort = 5432;

    public Behaviour Behaviour { get; init; } = Behaviour.Plain;

    public string Version { get; init; } = "1";

    /// <summary>Can be changed in place.</summary>
    public long Size { get; init; } = 1;

    /// <summary>Can be changed in place.</summary>
    public long Port { get; init; } = UsualPort;

    public bool IsStopped { get; init; }

    public IReadOnlyList<string> Needs => [Network, Storage];

    string ISimulatedSpec.Content => $"size {Size}{(Port == UsualPort ? "" : $", port {Port}")}{(IsStopped ? ", stopped" : "")}";
}

public sealed record SimulatedDatabaseState(string Name);

/// <summary>One replica of an application.</summary>
public sealed record SimulatedService(string Identity, string Network, string Image, IReadOnlyDictionary<string, Value> Variables)
    : ICloudObjectSpec<SimulatedServiceState>, ISimulatedSpec
{
    public Behaviour Behaviour { get; init; } = Behaviour.Plain;

    public IReadOnlyList<string> Needs => [Network];
}

public sealed record SimulatedServiceState(string Name);

/// <summary>What spreads requests over replicas.</summary>
public sealed record SimulatedRoute(string Identity, IReadOnlyList<string> Backends) : ICloudObjectSpec<SimulatedRouteState>, ISimulatedSpec
{
    public Behaviour Behaviour => Behaviour.Plain;

    public IReadOnlyList<string> Needs => Backends;

    string ISimulatedSpec.Content => string.Join(',', Backends);
}

public sealed record SimulatedRouteState(string Name);

/// <summary>A command that ends well after a while, or badly.</summary>
public sealed record SimulatedJob(string Identity, IReadOnlyList<string> Command) : ICloudObjectSpec<SimulatedJobState>, ISimulatedSpec
{
    public Behaviour Behaviour { get; init; } = Behaviour.Plain;

    public IReadOnlyList<string> Needs => [];

    string ISimulatedSpec.Output => string.Join(' ', Command);

    int? ISimulatedSpec.ExitCode => 1;
}

public sealed record SimulatedJobState(string Name);

public sealed record SimulatedImage(string Identity) : ICloudObjectSpec<SimulatedImageState>, ISimulatedSpec
{
    public Behaviour Behaviour => Behaviour.Plain;

    public IReadOnlyList<string> Needs => [];
}

public sealed record SimulatedImageState(string Name);

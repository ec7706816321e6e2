using System.Text.Json.Serialization;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>A container that is kept running.</summary>
/// <param name="Network">The name of the only network that it is on, or <c>container:NAME</c> to share that container's.</param>
internal sealed record ContainerSpec(string Name, string Image, string Network) : ICloudObjectSpec<ContainerState>
{
    private const string SharedNetwork = "container:";

    public string Identity => Name;

    /// <summary>The image was built on this machine, and no registry has it.</summary>
    public bool ImageIsBuilt { get; init; }

    /// <summary>The name by which others on the network find it; its host name too. Null for none.</summary>
    public string? Alias { get; init; }

    public IReadOnlyDictionary<string, Value> Variables { get; init; } = new Dictionary<string, Value>();

    /// <summary>Replaces what the image starts; empty to leave that to the image.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Arguments in place of the image's own; empty to leave them as they are.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<PublishedPort> Ports { get; init; } = [];

    public IReadOnlyList<Mount> Mounts { get; init; } = [];

    /// <summary>Hard limit, with no swap beyond it; null for none.</summary>
    public int? MemoryMegabytes { get; init; }

    /// <summary>Hard limit, 1024 for one core; null for none.</summary>
    public int? CpuShares { get; init; }

    /// <summary>Null to be content with a container that runs.</summary>
    public Readiness? Readiness { get; init; }

    /// <summary>Texts by path, written into the container before its first start.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Names that mean the container itself, for itself and for those that share its network.</summary>
    public IReadOnlyList<string> OwnNames { get; init; } = [];

    /// <summary>It exists, and does not run: on purpose.</summary>
    public bool IsStopped { get; init; }

    /// <summary>The container whose network it shares; null for one with a network of its own.</summary>
    [JsonIgnore]
    public string? NetworkOwner => Network.StartsWith(SharedNetwork, StringComparison.Ordinal) ? Network[SharedNetwork.Length..] : null;

    public static string NetworkOf(string container) => SharedNetwork + container;
}

/// <param name="HostPort">On 127.0.0.1; null for one that is free when the container is created.</param>
internal sealed record PublishedPort(int ContainerPort, int? HostPort);

/// <param name="Volume">The name of a Docker volume.</param>
internal sealed record Mount(string Volume, string Path);

/// <summary>How it is found out whether a running container does its work.</summary>
/// <param name="StartPeriod">How long after its start the container may fail the check before it is judged hopeless.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(CommandReadiness), "command")]
[JsonDerivedType(typeof(HttpReadiness), "http")]
[JsonDerivedType(typeof(TcpReadiness), "tcp")]
internal abstract record Readiness(TimeSpan StartPeriod);

/// <summary>A command that ends with 0 inside of the container.</summary>
/// <param name="Variables">Its environment in addition to the container's; the place for passwords.</param>
internal sealed record CommandReadiness(
    IReadOnlyList<string> Command, IReadOnlyDictionary<string, Value> Variables, TimeSpan StartPeriod) : Readiness(StartPeriod);

/// <summary>The path answers with a status below 400 on the published port.</summary>
internal sealed record HttpReadiness(int ContainerPort, string Path, TimeSpan StartPeriod) : Readiness(StartPeriod);

/// <summary>The published port accepts a connection and keeps it.</summary>
internal sealed record TcpReadiness(int ContainerPort, TimeSpan StartPeriod) : Readiness(StartPeriod);

/// <param name="HostPorts">Where each published container port is found on 127.0.0.1.</param>
internal sealed record ContainerState(
    string Id, string ImageId, string? IpAddress, IReadOnlyDictionary<int, int> HostPorts, DateTimeOffset StartedAt)
{
    /// <summary>A reference to the image that always means the same.</summary>
    public string? Image { get; init; }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CaaStle.Docker;

// Parts of what Docker's API answers, under the API's own names.

internal sealed record ErrorMessage([property: JsonPropertyName("message")] string? message);

internal sealed record Created(string Id);

internal sealed record ContainerInspection(
    string Id,
    string Image,
    DateTimeOffset Created,
    int RestartCount,
    ContainerRunState State,
    ContainerConfig Config,
    ContainerHostConfig HostConfig,
    ContainerNetworkSettings NetworkSettings)
{
    /// <summary>Where each container port is published, whether the container runs or not.</summary>
    public Dictionary<int, int> HostPorts { get; } = (HostConfig.PortBindings ?? new Dictionary<string, IReadOnlyList<PortBinding>?>())
        .Where(published => published.Value is [_, ..])
        .ToDictionary(
            published => int.Parse(published.Key.AsSpan(0, published.Key.IndexOf('/', StringComparison.Ordinal)), CultureInfo.InvariantCulture),
            published => int.Parse(published.Value![0].HostPort, CultureInfo.InvariantCulture));
}

internal sealed record ContainerRunState(
    string Status, bool OOMKilled, int ExitCode, string? Error, DateTimeOffset StartedAt, DateTimeOffset FinishedAt);

internal sealed record ContainerConfig(IReadOnlyDictionary<string, string>? Labels);

internal sealed record ContainerHostConfig(
    long Memory, RestartPolicy RestartPolicy, IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? PortBindings);

internal sealed record RestartPolicy(string Name);

internal sealed record ContainerNetworkSettings(IReadOnlyDictionary<string, NetworkEndpoint>? Networks);

internal sealed record PortBinding(string HostIp, string HostPort);

internal sealed record NetworkEndpoint(string? IPAddress);

internal sealed record ContainerSummary(string Id, IReadOnlyList<string> Names, IReadOnlyDictionary<string, string>? Labels);

internal sealed record NetworkSummary(string Id, string Name, IReadOnlyDictionary<string, string>? Labels);

internal sealed record VolumeInspection(string Name, IReadOnlyDictionary<string, string>? Labels);

internal sealed record VolumeList(IReadOnlyList<VolumeInspection>? Volumes);

internal sealed record ImageInspection(string Id, long Size, ContainerConfig? Config, IReadOnlyList<string>? RepoDigests);

internal sealed record ImageSummary(string Id, IReadOnlyList<string>? RepoTags, IReadOnlyDictionary<string, string>? Labels);

internal sealed record ExecInspection(int? ExitCode);

internal sealed record EngineEvent(string Action, EngineEventActor Actor);

internal sealed record EngineEventActor(IReadOnlyDictionary<string, string>? Attributes);

/// <summary>One line of what a pull or a build reports.</summary>
internal sealed record ProgressMessage(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("stream")] string? Stream,
    [property: JsonPropertyName("aux")] JsonElement Aux,
    [property: JsonPropertyName("error")] string? Error);

internal sealed record EngineInfo(string? ServerVersion, string? DockerRootDir, IReadOnlyList<AddressPool>? DefaultAddressPools);

internal sealed record AddressPool(string Base, int Size);

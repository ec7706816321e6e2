namespace CaaStle.Abstractions;

/// <summary>How it is found out whether a container does its work: by exactly one of a path, a port and a command.</summary>
/// <param name="StartPeriod">How long a starting container may fail the check before it is judged hopeless.</param>
public sealed record HealthCheck(TimeSpan StartPeriod)
{
    /// <summary>An HTTP path that must answer with a status below 400.</summary>
    public string? Path { get; init; }

    /// <summary>Where <see cref="Path"/> is asked for, or where a TCP connection must stay open.</summary>
    public int? Port { get; init; }

    /// <summary>Must end with 0 inside of the container; empty where a path or a port is checked.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];
}

/// <param name="Name">The volume's name, unique in the application.</param>
/// <param name="MountPath">Where the container sees it.</param>
public sealed record VolumeMount(string Name, string MountPath);

/// <summary>Whether requests are told apart by whoever spreads them over replicas, or only connections.</summary>
public enum ApplicationProtocol
{
    Http,
    Tcp,
}

/// <summary>
/// One container of each replica. The containers of one replica share its network: they reach each other on localhost, and by their names.
/// </summary>
/// <param name="Name">Unique in the application; <see cref="OnlyName"/> where the file names none.</param>
/// <param name="Image">A reference that the COE can run: what a container's registry offered, or what the user wrote.</param>
/// <param name="ImageIsBuilt">Whether a container of ours built the image on this machine, where it is only: there is no registry to ask for it.</param>
/// <param name="Variables">Environment variables, bindings already replaced.</param>
/// <param name="MemoryMegabytes">Hard limit.</param>
/// <param name="CpuShares">1024 for one core; null for no limit.</param>
/// <param name="Entrypoint">Replaces what the image starts; empty to leave that to the image.</param>
/// <param name="Command">Arguments in place of the image's own; empty to leave them as they are.</param>
/// <param name="Health">Null to be content with a container that runs.</param>
/// <param name="After">Names of containers of the same replica that must be ready before this one starts.</param>
public sealed record ApplicationContainer(
    string Name,
    string Image,
    bool ImageIsBuilt,
    IReadOnlyDictionary<string, Value> Variables,
    int MemoryMegabytes,
    int? CpuShares,
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Command,
    IReadOnlyList<VolumeMount> Volumes,
    HealthCheck? Health,
    IReadOnlyList<string> After)
{
    /// <summary>The name of the only container of an application whose file names none.</summary>
    public const string OnlyName = "app";
}

/// <param name="Scope">Names for the application's objects.</param>
/// <param name="Environment">Names of the environment's objects.</param>
/// <param name="EnvironmentOutputs">What the environment's COE offers, by output name.</param>
/// <param name="Revision">1, 2, 3, ...: increases with each change of what runs.</param>
/// <param name="IsNewRevision">Whether the revision is about to be made, so that <paramref name="PreDeploy"/> must run; not when it is scaled.</param>
/// <param name="Replicas">0 while the application is stopped: its address stays, nothing answers with success there.</param>
/// <param name="Containers">Each after those that it waits for.</param>
/// <param name="Exposed">The name of the container that takes requests; it has a health check.</param>
/// <param name="ContainerPort">Where the exposed container listens.</param>
/// <param name="HostPort">Null for any free one.</param>
/// <param name="Drain">How long what is taken out of service may go on with requests under way.</param>
/// <param name="PreDeploy">A command that must succeed, in the exposed container's image, before the revision starts; empty for none.</param>
public sealed record ApplicationRequest(
    Scope Scope,
    Scope Environment,
    IReadOnlyDictionary<string, Value> EnvironmentOutputs,
    int Revision,
    bool IsNewRevision,
    int Replicas,
    IReadOnlyList<ApplicationContainer> Containers,
    string Exposed,
    int ContainerPort,
    int? HostPort,
    ApplicationProtocol Protocol,
    TimeSpan Drain,
    IReadOnlyList<string> PreDeploy)
{
    /// <summary>What the keys of a revision's own objects begin with: <c>r2</c>.</summary>
    public string RevisionKey => $"r{Revision}";

    public ApplicationContainer ExposedContainer => Containers.First(container => container.Name == Exposed);

    /// <summary>What the keys of one replica's objects begin with, where replicas are objects of their own: <c>r2/replica-1</c>.</summary>
    /// <param name="replica">From 1.</param>
    public string ReplicaKey(int replica) => $"{RevisionKey}/replica-{replica}";
}

/// <param name="Application">What the command runs beside: the exposed container's image, with its variables and volumes.</param>
/// <param name="Id">Unique in the application; stands in keys and names.</param>
/// <param name="Command">Replaces the image's own command.</param>
public sealed record JobRequest(ApplicationRequest Application, string Id, IReadOnlyList<string> Command);

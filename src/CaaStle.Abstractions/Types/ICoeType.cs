namespace CaaStle.Abstractions;

/// <param name="Scope">Names for the environment's objects.</param>
public sealed record CoeRequest(Scope Scope, Options Options);

/// <param name="Path">An HTTP path that must answer with a status below 400; null to be content with a TCP connection.</param>
/// <param name="StartPeriod">How long a starting application may fail the check before it is judged hopeless.</param>
public sealed record HealthCheck(string? Path, TimeSpan StartPeriod);

/// <param name="Name">The volume's name, unique in the application.</param>
/// <param name="MountPath">Where the container sees it.</param>
public sealed record VolumeMount(string Name, string MountPath);

/// <param name="Scope">Names for the application's objects.</param>
/// <param name="Environment">Names of the environment's objects.</param>
/// <param name="EnvironmentOutputs">What the environment's COE offers, by output name.</param>
/// <param name="Image">A reference that the COE can run: what a container's registry offered, or what the user wrote.</param>
/// <param name="ImageIsBuilt">Whether a container of ours built the image, so that there is no registry to ask for it on this machine.</param>
/// <param name="Variables">Environment variables, bindings already replaced.</param>
/// <param name="MemoryMegabytes">Hard limit.</param>
/// <param name="CpuShares">1024 for one core; null for no limit.</param>
public sealed record ApplicationRequest(
    Scope Scope,
    Scope Environment,
    IReadOnlyDictionary<string, Value> EnvironmentOutputs,
    string Image,
    bool ImageIsBuilt,
    int ContainerPort,
    int? HostPort,
    IReadOnlyDictionary<string, Value> Variables,
    int MemoryMegabytes,
    int? CpuShares,
    IReadOnlyList<string> Command,
    IReadOnlyList<VolumeMount> Volumes,
    HealthCheck Health);

/// <summary>A type of container orchestration engine: what a cluster, and an application on it, consist of.</summary>
public interface ICoeType
{
    TypeDescriptor Descriptor { get; }

    /// <summary>The names in <see cref="TypeDescriptor.Outputs"/> are what the blueprint must output.</summary>
    void Plan(CoeRequest request, Blueprint plan);

    /// <summary>Must output <c>Url</c>.</summary>
    void PlanApplication(ApplicationRequest request, Blueprint plan);
}

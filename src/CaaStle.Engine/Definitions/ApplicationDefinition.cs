using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <summary>What an application file asks for, checked and with defaults filled in.</summary>
/// <param name="Containers">
/// Each after those that it waits for; the only one of a file that gives no names is named <see cref="ApplicationContainer.OnlyName"/>.
/// </param>
/// <param name="Exposed">The name of the container that takes requests.</param>
/// <param name="ContainerPort">Where the exposed container listens.</param>
/// <param name="HostPort">Null for any free one.</param>
/// <param name="Drain">How long what is taken out of service may go on with requests under way.</param>
/// <param name="PreDeploy">Must succeed before a new revision starts; empty for nothing.</param>
public sealed record ApplicationDefinition(
    IReadOnlyList<ApplicationContainerDefinition> Containers,
    string Exposed,
    int ContainerPort,
    int? HostPort,
    int Replicas,
    ApplicationProtocol Protocol,
    TimeSpan Drain,
    IReadOnlyList<string> PreDeploy)
{
    /// <summary>The containers whose images have to be built before.</summary>
    public IEnumerable<ApplicationContainerDefinition> Built => Containers.Where(container => container.Build is not null);
}

/// <param name="Image">An image reference, or the name of a container.</param>
/// <param name="Variables">As written, bindings not replaced; see <see cref="BindingResolver"/>.</param>
/// <param name="VariablePositions">Where the value of each variable begins in the file.</param>
/// <param name="MemoryMegabytes">Hard limit.</param>
/// <param name="CpuShares">1024 for one core; null for no limit.</param>
/// <param name="Entrypoint">Empty for the image's own.</param>
/// <param name="Command">Empty for the image's own.</param>
/// <param name="Volumes">No two have the name or the path in common.</param>
/// <param name="Health">Null to be content with a container that runs; the exposed one always has a check.</param>
/// <param name="After">Names of containers that must be ready before.</param>
public sealed record ApplicationContainerDefinition(
    string Name,
    string Image,
    IReadOnlyDictionary<string, string> Variables,
    IReadOnlyDictionary<string, SourcePosition> VariablePositions,
    int MemoryMegabytes,
    int? CpuShares,
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Command,
    IReadOnlyList<VolumeMount> Volumes,
    HealthCheck? Health,
    IReadOnlyList<string> After)
{
    /// <summary>Where the variables stand in the file: <c>app.containers[1].env</c>.</summary>
    public string VariablesPath { get; init; } = "app.env";

    /// <summary>What the image is to be built from before; <see cref="Image"/> then names the container to be made. Else null.</summary>
    public ContainerBuild? Build { get; init; }
}

/// <param name="Context">A folder, relative to that of the file.</param>
/// <param name="Dockerfile">Relative to the context.</param>
public sealed record ContainerBuild(string Context, string Dockerfile);

using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <summary>What an application file asks for, checked and with defaults filled in.</summary>
/// <param name="Image">An image reference, or the name of a container.</param>
/// <param name="HostPort">Null for any free one.</param>
/// <param name="Variables">As written, bindings not replaced; see <see cref="BindingResolver"/>.</param>
/// <param name="VariablePositions">Where the value of each variable begins in the file.</param>
/// <param name="MemoryMegabytes">Hard limit.</param>
/// <param name="CpuShares">1024 for one core; null for no limit.</param>
/// <param name="Command">Empty for the image's own.</param>
/// <param name="Volumes">No two have the name or the path in common.</param>
public sealed record ApplicationDefinition(
    string Image,
    int ContainerPort,
    int? HostPort,
    IReadOnlyDictionary<string, string> Variables,
    IReadOnlyDictionary<string, SourcePosition> VariablePositions,
    int MemoryMegabytes,
    int? CpuShares,
    IReadOnlyList<string> Command,
    IReadOnlyList<VolumeMount> Volumes,
    HealthCheck Health);

using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Server.Extensions;

/// <summary>The clouds of the extensions that could be loaded.</summary>
internal sealed class ExtensionCatalog(IEnumerable<ICloud> clouds) : ICloudCatalog
{
    public IReadOnlyList<ICloud> Clouds { get; } = [.. clouds.OrderBy(cloud => cloud.Name, StringComparer.Ordinal)];
}

/// <param name="Failures">Extensions that could not be loaded, each with its file and why.</param>
internal sealed record ExtensionReport(IReadOnlyList<string> Failures);

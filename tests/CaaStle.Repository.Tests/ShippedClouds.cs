using System.Reflection;
using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Repository.Tests;

/// <summary>The clouds that users find without doing anything.</summary>
internal sealed class ShippedClouds : ICloudCatalog
{
    private static readonly string[] Assemblies = ["CaaStle.Clouds.Aws", "CaaStle.Clouds.Local", "CaaStle.Clouds.Simulated"];

    public IReadOnlyList<ICloud> Clouds { get; } =
    [
        .. Assemblies
            .SelectMany(name => Assembly.Load(name).GetCustomAttributes<CloudExtensionAttribute>())
            .Select(mark => (ICloudExtension)Activator.CreateInstance(mark.Extension)!)
            .Select(extension => extension.Create(new(TimeProvider.System, Path.GetTempPath(), new Dictionary<string, string>())))
            .OrderBy(cloud => cloud.Name, StringComparer.Ordinal),
    ];
}

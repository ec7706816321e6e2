using CaaStle.Abstractions;

namespace CaaStle.Engine.Ports;

/// <summary>The clouds that this server knows.</summary>
public interface ICloudCatalog
{
    /// <summary>In the order of their names.</summary>
    IReadOnlyList<ICloud> Clouds { get; }
}

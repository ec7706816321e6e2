using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>
/// Finds the handler of a specification, of a node, or of a kind that the journal names. Kinds, specification types and state types each
/// belong to one handler.
/// </summary>
public sealed class HandlerRegistry
{
    private readonly Dictionary<string, ICloudObjectHandler> byKind = [];
    private readonly Dictionary<string, string> clouds = [];
    private readonly Dictionary<Type, ICloudObjectHandler> bySpec = [];
    private readonly Dictionary<Type, ICloudObjectHandler> byState = [];

    public HandlerRegistry(ICloudCatalog catalog)
    {
        foreach (var (cloud, handler) in catalog.Clouds.SelectMany(cloud => cloud.Handlers.Select(handler => (cloud.Name, handler))))
        {
            clouds.Add(handler.Kind, cloud);
            byKind.Add(handler.Kind, handler);
            bySpec.Add(handler.SpecType, handler);
            byState.Add(handler.StateType, handler);
        }
    }

    public ICloudObjectHandler Of(ICloudObjectSpec spec) =>
        bySpec.TryGetValue(spec.GetType(), out var handler)
            ? handler
            : throw new InvalidOperationException($"No extension handles {spec.GetType().Name}.");

    /// <summary>The kind that a node of a blueprint will be, told before its specification can be computed.</summary>
    public string KindOf(IObjectNode node) =>
        byState.TryGetValue(node.StateType, out var handler)
            ? handler.Kind
            : throw new InvalidOperationException($"No extension handles objects whose state is {node.StateType.Name}.");

    /// <summary>The name of the cloud whose handler it is.</summary>
    public string CloudOf(ICloudObjectHandler handler) => clouds[handler.Kind];

    public ICloudObjectHandler OfKind(string kind) =>
        byKind.TryGetValue(kind, out var handler)
            ? handler
            : throw new InvalidOperationException($"No extension that is installed handles objects of kind '{kind}'.");
}

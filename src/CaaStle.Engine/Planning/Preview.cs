using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Engine.Planning;

/// <summary>Shows a blueprint before any of it is made.</summary>
internal static class Preview
{
    /// <summary>Stands for the identifier that is drawn when the operation is accepted.</summary>
    public const string UnknownId = "xxxxxx";

    public static IReadOnlyList<PlannedObject> Of(Blueprint blueprint, HandlerRegistry handlers) => [.. blueprint.Nodes.Select(node => Of(node, handlers))];

    private static PlannedObject Of(Node node, HandlerRegistry handlers)
    {
        string[] dependencies = [.. node.Dependencies.Select(dependency => dependency.Key)];
        if (node is not IObjectNode planned)
        {
            return new(node.Key, PlannedStep.GeneratedValue, null, dependencies, HoldsData: false);
        }

        var spec = TryEvaluate(planned);
        return new(node.Key, handlers.KindOf(planned), spec?.Identity, dependencies, spec?.HoldsData ?? false);
    }

    /// <returns>Null when the specification needs what only a made object can tell.</returns>
    private static ICloudObjectSpec? TryEvaluate(IObjectNode node)
    {
        try
        {
            return node.Evaluate(new NodeValues(dependency =>
                dependency is IGeneratedNode ? new Secret("") : throw new NotMadeYetException()));
        }
        catch (NotMadeYetException)
        {
            return null;
        }
    }

    private sealed class NotMadeYetException : Exception;
}

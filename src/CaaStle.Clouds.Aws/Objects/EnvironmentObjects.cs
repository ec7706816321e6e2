using CaaStle.Abstractions;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>What the parts of one environment share.</summary>
internal static class EnvironmentObjects
{
    private const string PlaceKey = "place";
    private const string SecurityGroupKey = "security-group";

    public static Node<PlaceState> SharePlace(this Blueprint plan, Scope scope, Func<PlaceSpec, PlaceSpec>? chosen = null) => plan.Share(PlaceKey, () =>
    {
        var spec = new PlaceSpec(scope.ObjectName(PlaceKey), null, null) { NeedsNetwork = true };
        return chosen?.Invoke(spec) ?? spec;
    });

    /// <summary>What runs in the cluster is a member of it, and by that may reach the environment's resources.</summary>
    public static Node<SecurityGroupState> ShareSecurityGroup(this Blueprint plan, Scope scope) => plan.Share(
        SecurityGroupKey,
        [plan.SharePlace(scope)],
        values =>
        {
            var place = values.Of(plan.SharePlace(scope));
            return new SecurityGroupSpec(place.At, scope.ObjectName("cluster"), place.Vpc, $"What runs in the environment {scope.Name}", []);
        });
}

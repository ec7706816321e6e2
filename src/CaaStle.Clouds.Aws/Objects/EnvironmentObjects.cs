using CaaStle.Abstractions;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>What the parts of one environment share.</summary>
internal static class EnvironmentObjects
{
    public const string PlaceKey = "place";
    private const string SecurityGroupKey = "security-group";

    public static Node<PlaceState> SharePlace(this Blueprint plan, Scope scope, Func<PlaceSpec, PlaceSpec>? chosen = null) =>
        plan.Share(PlaceKey, () =>
    {
        var spec = new PlaceSpec(scope.ObjectName(PlaceKey), null, null) { NeedsNetwork = true };
        return chosen?.Invoke(spec) ?? spec;
    });

    /// <summary>The load balancer's, which listens where applications are and nowhere else.</summary>
    public static Node<SecurityGroupState> ShareEntranceGroup(this Blueprint plan, Scope scope)
    {
        var place = plan.SharePlace(scope);
        return plan.Share("load-balancer-group", [place], values => new SecurityGroupSpec(
            values.Of(place).At,
            SecurityGroupSpec.NameIn(scope, "load-balancer"),
            values.Of(place).Vpc,
            $"The load balancer of the environment {scope.Name}",
            [new(1, ushort.MaxValue, Ingress.Everywhere)]));
    }

    /// <summary>What runs in the cluster is a member of it, and by that may reach the environment's resources.</summary>
    public static Node<SecurityGroupState> ShareSecurityGroup(this Blueprint plan, Scope scope)
    {
        if (plan.Nodes.FirstOrDefault(node => node.Key == SecurityGroupKey) is Node<SecurityGroupState> present)
        {
            return present;
        }

        var (place, entrance) = (plan.SharePlace(scope), plan.ShareEntranceGroup(scope));
        return plan.Share(SecurityGroupKey, [place, entrance], values => new SecurityGroupSpec(
            values.Of(place).At,
            SecurityGroupSpec.NameIn(scope, "cluster"),
            values.Of(place).Vpc,
            $"What runs in the environment {scope.Name}",
            [new(1, ushort.MaxValue, values.Of(entrance).Id)]));
    }

    /// <summary>The same, where no load balancer of ours has to reach what runs there.</summary>
    public static Node<SecurityGroupState> ShareSecurityGroupOfNodes(this Blueprint plan, Scope scope)
    {
        var place = plan.SharePlace(scope);
        return plan.Share(SecurityGroupKey, [place], values => new SecurityGroupSpec(
            values.Of(place).At, SecurityGroupSpec.NameIn(scope, "cluster"), values.Of(place).Vpc, $"What runs in the environment {scope.Name}", []));
    }
}

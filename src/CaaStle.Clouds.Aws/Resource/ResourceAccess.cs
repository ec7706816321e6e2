using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Resource;

/// <summary>Who may reach a resource that is in the environment's network.</summary>
internal static class ResourceAccess
{
    private const string AccessOption = "policy.access";
    private const string Open = "open";

    public static OptionDescriptor AccessDescriptor { get; } = new(
        AccessOption,
        OptionType.Text,
        "Who may connect besides what runs in the cluster: `open` for everybody, or a range of addresses as `203.0.113.0/24`.")
    {
        Pattern = @"^(open|([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2})$",
        PatternMeaning = "open, or a range of addresses as 203.0.113.0/24",
        OnChange = ChangeEffect.ChangedInPlace,
    };

    public static bool IsPublic(ResourceRequest request) => request.Options.Has(AccessOption);

    /// <summary>Lets in what runs in the cluster, and who the policy names.</summary>
    public static Node<SecurityGroupState> AddSecurityGroup(Blueprint plan, ResourceRequest request, string name, int port)
    {
        var scope = request.Environment;
        return plan.Add("security-group", plan.SharePlace(scope), plan.ShareSecurityGroup(scope), (place, members) => new SecurityGroupSpec(
            place.At,
            SecurityGroupSpec.NameIn(scope, name),
            place.Vpc,
            $"Clients of {name} in the environment {scope.Name}",
            [
                Ingress.Port(port, members.Id),
                .. request.Options.TextOrNull(AccessOption) is { } access
                    ? [Ingress.Port(port, access == Open ? Ingress.Everywhere : access)]
                    : (Ingress[])[],
            ]));
    }
}

using System.Globalization;
using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Lets one port, or a range, in over TCP: either from addresses or from members of another security group.</summary>
/// <param name="Source">A range of addresses as <c>10.0.0.0/8</c>, or a security group's id.</param>
internal sealed record Ingress(int From, int To, string Source)
{
    public const string Everywhere = "0.0.0.0/0";

    public static Ingress Port(int port, string source) => new(port, port, source);
}

/// <param name="Vpc">Null where only the name is known.</param>
internal sealed record SecurityGroupSpec(AwsPlace At, string Name, string? Vpc, string Description, IReadOnlyList<Ingress> Ingress)
    : IPlacedSpec<SecurityGroupState>
{
    private const int LongestName = 63;

    public static string NameIn(Scope scope, string part) => scope.ObjectName(part, LongestName, reserved: "sg-");

    public string Identity => Name;
}

internal sealed record SecurityGroupState(string Id, string Name);

internal sealed class SecurityGroupHandler(AwsAccess access) : AwsObjectHandler<SecurityGroupSpec, SecurityGroupState>(
    access, AwsService.Ec2)
{
    public override string Kind => "ec2/security-group";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:DeleteSecurityGroup",
        "ec2:DescribeSecurityGroups", "ec2:RevokeSecurityGroupIngress",
    ];

    public override async Task<Observation<SecurityGroupState>> ReadAsync(
        SecurityGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec, cancellationToken) is not { } found)
        {
            return Observation.Absent<SecurityGroupState>();
        }

        if (!call.Marks.OwnsTags(found.Tags("tagSet")))
        {
            return Foreign(spec);
        }

        var state = new SecurityGroupState(found.Text("groupId"), found.Text("groupName"));
        return RulesOf(found).SetEquals(spec.Ingress)
            ? Observation.Ready(state, Describe(spec.Ingress))
            : Observation.InProgress("its rules are not yet what they should be", state) with { NeedsCreate = true };
    }

    public override async Task CreateAsync(SecurityGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var found = await FindAsync(spec, cancellationToken);
        var id = found?.Text("groupId") ?? (await ec2.QueryAsync(
            new AwsRequest("CreateSecurityGroup")
                .With("GroupName", spec.Name)
                .With("GroupDescription", spec.Description)
                .With("VpcId", spec.Vpc)
                .With("TagSpecification.1.ResourceType", "security-group")
                .WithTags("TagSpecification.1.Tag", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken)).Text("groupId");
        var rules = found is null ? [] : RulesOf(found);
        if (rules.Except(spec.Ingress).ToList() is [_, ..] surplus)
        {
            await ec2.QueryAsync(RuleRequest("RevokeSecurityGroupIngress", id, surplus), cancellationToken);
        }

        if (spec.Ingress.Except(rules).ToList() is [_, ..] missing)
        {
            await ec2.QueryAsync(RuleRequest("AuthorizeSecurityGroupIngress", id, missing), cancellationToken);
        }
    }

    public override bool CanChange(SecurityGroupSpec from, SecurityGroupSpec to) => @from with { Ingress = to.Ingress } == to;

    public override async Task DeleteAsync(SecurityGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec, cancellationToken) is { } found)
        {
            var ec2 = await ClientAsync(spec, cancellationToken);
            await ec2.QueryAsync(new AwsRequest("DeleteSecurityGroup").With("GroupId", found.Text("groupId")), cancellationToken)
                .OrNullAsync("InvalidGroup.NotFound");
        }
    }

    private async Task<XElement?> FindAsync(SecurityGroupSpec spec, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var request = new AwsRequest("DescribeSecurityGroups").With("Filter.1.Name", "group-name").With("Filter.1.Value.1", spec.Name);
        if (spec.Vpc is not null)
        {
            request.With("Filter.2.Name", "vpc-id").With("Filter.2.Value.1", spec.Vpc);
        }

        return (await ec2.QueryAsync(request, cancellationToken)).List("securityGroupInfo").FirstOrDefault();
    }

    private static HashSet<Ingress> RulesOf(XElement group) =>
    [
        .. group.List("ipPermissions").SelectMany(permission => permission.List("ipRanges").Select(range => range.Text("cidrIp"))
            .Concat(permission.List("groups").Select(source => source.Text("groupId")))
            .Select(source => new Ingress(Number(permission, "fromPort"), Number(permission, "toPort"), source))),
    ];

    /// <summary>Rules of other protocols have no ports.</summary>
    private static int Number(XElement permission, string name) =>
        int.TryParse(permission.TextOrNull(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var port) ? port : -1;

    private static AwsRequest RuleRequest(string operation, string group, IReadOnlyList<Ingress> rules)
    {
        var request = new AwsRequest(operation).With("GroupId", group);
        foreach (var (index, rule) in rules.Index())
        {
            var prefix = $"IpPermissions.{index + 1}";
            request.With($"{prefix}.IpProtocol", "tcp").With($"{prefix}.FromPort", rule.From).With($"{prefix}.ToPort", rule.To)
                .With(rule.Source.Contains('/', StringComparison.Ordinal)
                    ? $"{prefix}.IpRanges.1.CidrIp"
                    : $"{prefix}.Groups.1.GroupId", rule.Source);
        }

        return request;
    }

    private static string Describe(IReadOnlyList<Ingress> rules) =>
        rules.Any(rule => rule.Source == Ingress.Everywhere) ? "open to everybody" : "ready";
}

using System.Globalization;
using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>The replicas of an application as a load balancer sees them.</summary>
/// <param name="CheckPath">Empty where a connection is enough.</param>
/// <param name="CheckPort">Null for where they take requests.</param>
/// <param name="CheckCodes">Which answers are good, as <c>200-399</c>; empty for those, where the load balancer takes no others.</param>
internal sealed record TargetGroupSpec(
    AwsPlace At, string Name, string Vpc, string CheckPath, int? CheckPort, string CheckCodes, int DrainSeconds)
        : IPlacedSpec<TargetGroupState>
{
    public string Identity => Name;

    public string Protocol { get; init; } = "HTTP";

    /// <summary>Its targets are ports of machines, not replicas with addresses of their own.</summary>
    public bool OnMachines { get; init; }
}

internal sealed record TargetGroupState(string Arn);

internal sealed class TargetGroupHandler(AwsAccess access) : AwsObjectHandler<TargetGroupSpec, TargetGroupState>(access, AwsService.Elb)
{
    private const string NotFound = "TargetGroupNotFound";
    private const string Drain = "deregistration_delay.timeout_seconds";
    private const string KeepsAddress = "preserve_client_ip.enabled";

    public override string Kind => "elb/target-group";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
    ];

    public override async Task<Observation<TargetGroupState>> ReadAsync(
        TargetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        if (await FindAsync(elb, spec, cancellationToken) is not { } found)
        {
            return Observation.Absent<TargetGroupState>();
        }

        var state = new TargetGroupState(found.Text("TargetGroupArn"));
        var tags = await ElbTags.OfAsync(elb, [state.Arn], cancellationToken);
        if (!call.Marks.OwnsTags(tags.GetValueOrDefault(state.Arn)))
        {
            return Foreign(spec);
        }

        var attributes = await elb.QueryAsync(
            new AwsRequest("DescribeTargetGroupAttributes").With("TargetGroupArn", state.Arn), cancellationToken);
        var actual = attributes.Tags("Attributes");
        var isAsSpecified = AttributesOf(spec).All(wanted => actual.GetValueOrDefault(wanted.Key) == wanted.Value) && IsChecked(found, spec);
        return isAsSpecified
            ? Observation.Ready(state)
            : Observation.InProgress("it does not yet check as it should", state) with { NeedsCreate = true };
    }

    public override async Task CreateAsync(TargetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        var found = await FindAsync(elb, spec, cancellationToken);
        var arn = found?.Text("TargetGroupArn") ?? (await elb.QueryAsync(
            WithCheck(new AwsRequest("CreateTargetGroup").With("Name", spec.Name), spec)
                .With("Protocol", spec.Protocol)
                .With("Port", 80)
                .With("VpcId", spec.Vpc)
                .With("TargetType", spec.OnMachines ? "instance" : "ip")
                .With("HealthCheckIntervalSeconds", 5)
                .With("HealthCheckTimeoutSeconds", 4)
                .With("HealthyThresholdCount", 2)
                .With("UnhealthyThresholdCount", 3)
                .WithTags("Tags.member", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken)).Text("TargetGroupArn");
        if (found is not null && !IsChecked(found, spec))
        {
            await elb.QueryAsync(WithCheck(new AwsRequest("ModifyTargetGroup").With("TargetGroupArn", arn), spec), cancellationToken);
        }

        await elb.QueryAsync(
            new AwsRequest("ModifyTargetGroupAttributes").With("TargetGroupArn", arn).WithTags("Attributes.member", AttributesOf(spec)),
            cancellationToken);
    }

    public override bool CanChange(TargetGroupSpec from, TargetGroupSpec to) =>
        (from.Name, from.Vpc, from.At, from.Protocol, from.OnMachines) == (to.Name, to.Vpc, to.At, to.Protocol, to.OnMachines);

    public override async Task DeleteAsync(TargetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        if (await FindAsync(elb, spec, cancellationToken) is { } found)
        {
            await elb.QueryAsync(new AwsRequest("DeleteTargetGroup").With("TargetGroupArn", found.Text("TargetGroupArn")),
                cancellationToken).UnlessAsync(NotFound);
        }
    }

    private static Task<XElement?> FindAsync(AwsClient elb, TargetGroupSpec spec, CancellationToken cancellationToken) =>
        elb.QueryAsync(new AwsRequest("DescribeTargetGroups").With("Names.member.1", spec.Name), cancellationToken).OrNullAsync(NotFound);

    /// <summary>With the client's address, what is on the machine of a replica would not reach it by the load balancer.</summary>
    private static Dictionary<string, string> AttributesOf(TargetGroupSpec spec)
    {
        var wanted = new Dictionary<string, string> { [Drain] = Number(spec.DrainSeconds) };
        if (spec is { OnMachines: true, Protocol: "TCP" })
        {
            wanted[KeepsAddress] = "false";
        }

        return wanted;
    }

    private static AwsRequest WithCheck(AwsRequest request, TargetGroupSpec spec) => request
        .With("HealthCheckProtocol", ProtocolOf(spec))
        .With("HealthCheckPath", OrNull(spec.CheckPath))
        .With("HealthCheckPort", PortOf(spec))
        .With("Matcher.HttpCode", OrNull(spec.CheckCodes));

    private static bool IsChecked(XElement found, TargetGroupSpec spec) =>
        (found.Text("HealthCheckProtocol"), found.Text("HealthCheckPort")) == (ProtocolOf(spec), PortOf(spec))
        && (spec.CheckPath.Length == 0 || found.TextOrNull("HealthCheckPath") == spec.CheckPath)
        && (spec.CheckCodes.Length == 0 || found.TextOrNull("HttpCode") == spec.CheckCodes);

    private static string ProtocolOf(TargetGroupSpec spec) => spec.CheckPath.Length == 0 ? "TCP" : "HTTP";

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static string PortOf(TargetGroupSpec spec) => spec.CheckPort is { } port ? Number(port) : "traffic-port";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

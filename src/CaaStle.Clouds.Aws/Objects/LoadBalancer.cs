using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A load balancer for HTTP, or for connections.</summary>
internal sealed record LoadBalancerSpec(AwsPlace At, string Name, IReadOnlyList<string> Subnets, string SecurityGroup)
    : IPlacedSpec<LoadBalancerState>
{
    public const int LongestName = 32;

    public static string NameIn(Scope scope, string part) => scope.ObjectName(part, LongestName, reserved: "internal-");

    public string Identity => Name;

    /// <summary>For connections.</summary>
    public bool IsNetwork { get; init; }
}

internal sealed record LoadBalancerState(string Arn, string DnsName);

internal sealed class LoadBalancerHandler(AwsAccess access) : AwsObjectHandler<LoadBalancerSpec, LoadBalancerState>(access, AwsService.Elb)
{
    private const string NotFound = "LoadBalancerNotFound";
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(3);

    public override string Kind => "elb/load-balancer";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags",
    ];

    public override async Task<Observation<LoadBalancerState>> ReadAsync(
        LoadBalancerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        var found = await elb.QueryAsync(new AwsRequest("DescribeLoadBalancers").With("Names.member.1", spec.Name), cancellationToken)
            .OrNullAsync(NotFound);
        if (found is null)
        {
            return Observation.Absent<LoadBalancerState>();
        }

        var state = new LoadBalancerState(found.Text("LoadBalancerArn"), found.Text("DNSName"));
        var tags = await ElbTags.OfAsync(elb, [state.Arn], cancellationToken);
        return (call.Marks.OwnsTags(tags.GetValueOrDefault(state.Arn)), found.Descendants("State").First().Text("Code")) switch
        {
            (false, _) => Foreign(spec),
            (_, "active") => Observation.Ready(state, "active"),
            (_, "failed") => Observation.Failed(found.TextOrNull("Reason") ?? "failed", state: state),
            var (_, status) => Slowly(status, BetweenReads, state),
        };
    }

    public override async Task CreateAsync(LoadBalancerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        await elb.QueryAsync(
            new AwsRequest("CreateLoadBalancer")
                .With("Name", spec.Name)
                .With("Type", spec.IsNetwork ? "network" : "application")
                .With("Scheme", "internet-facing")
                .WithList("Subnets.member", spec.Subnets)
                .With("SecurityGroups.member.1", spec.SecurityGroup)
                .WithTags("Tags.member", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken);
    }

    public override async Task DeleteAsync(LoadBalancerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        var found = await elb.QueryAsync(new AwsRequest("DescribeLoadBalancers").With("Names.member.1", spec.Name), cancellationToken)
            .OrNullAsync(NotFound);
        if (found is not null)
        {
            await elb.QueryAsync(
                new AwsRequest("DeleteLoadBalancer").With("LoadBalancerArn", found.Text("LoadBalancerArn")), cancellationToken);
        }
    }
}

internal static class ElbTags
{
    /// <summary>How many the service takes at once.</summary>
    private const int Most = 20;

    public static async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> OfAsync(
        AwsClient elb, IReadOnlyList<string> arns, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        foreach (var some in arns.Chunk(Most))
        {
            var answer = await elb.QueryAsync(new AwsRequest("DescribeTags").WithList("ResourceArns.member", some), cancellationToken)
                .OrNullAsync("LoadBalancerNotFound", "TargetGroupNotFound", "ListenerNotFound");
            foreach (var each in answer?.List("TagDescriptions") ?? [])
            {
                found[each.Text("ResourceArn")] = each.Tags("Tags");
            }
        }

        return found;
    }
}

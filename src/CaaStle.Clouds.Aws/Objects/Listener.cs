using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A port of a load balancer, from which requests go to one application. AWS gives it no name: it is found by its tags.</summary>
/// <param name="Port">Null for one that is free.</param>
internal sealed record ListenerSpec(AwsPlace At, string Name, string LoadBalancer, int? Port, string TargetGroup)
    : IPlacedSpec<ListenerState>
{
    public string Identity => Name;

    public string Protocol { get; init; } = "HTTP";
}

internal sealed record ListenerState(string Arn, int Port);

internal sealed class ListenerHandler(AwsAccess access) : AwsObjectHandler<ListenerSpec, ListenerState>(access, AwsService.Elb)
{
    private const int Usual = 80;
    private const int FirstOther = 8080;

    public override string Kind => "elb/listener";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeTags",
    ];

    public override async Task<Observation<ListenerState>> ReadAsync(
        ListenerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        var listeners = await ListAsync(elb, spec.LoadBalancer, cancellationToken);
        var tags = await ElbTags.OfAsync(elb, [.. listeners.Select(listener => listener.Arn)], cancellationToken);
        return listeners.FirstOrDefault(listener => call.Marks.OwnsTags(tags.GetValueOrDefault(listener.Arn))) is { } ours
            ? Observation.Ready(ours, $"port {ours.Port}")
            : Observation.Absent<ListenerState>();
    }

    public override async Task CreateAsync(ListenerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        var taken = (await ListAsync(elb, spec.LoadBalancer, cancellationToken)).Select(listener => listener.Port).ToHashSet();
        var port = spec.Port ?? Enumerable.Range(FirstOther, ushort.MaxValue - FirstOther).Prepend(Usual).First(
            port => !taken.Contains(port));
        try
        {
            await elb.QueryAsync(
                new AwsRequest("CreateListener")
                    .With("LoadBalancerArn", spec.LoadBalancer)
                    .With("Protocol", spec.Protocol)
                    .With("Port", port)
                    .With("DefaultActions.member.1.Type", "forward")
                    .With("DefaultActions.member.1.TargetGroupArn", spec.TargetGroup)
                    .WithTags("Tags.member", AwsTags.Of(call.Marks, spec.Name)),
                cancellationToken);
        }
        catch (CloudException e) when (e.Code == "DuplicateListener" && spec.Port is null)
        {
            throw new CloudException(CloudFault.Busy, "Another application took the port first.", e) { Code = e.Code };
        }
    }

    public override async Task DeleteAsync(ListenerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(spec, cancellationToken);
        if ((await ReadAsync(spec, call, cancellationToken)).State is { } ours)
        {
            await elb.QueryAsync(new AwsRequest("DeleteListener").With("ListenerArn", ours.Arn), cancellationToken)
                .UnlessAsync("ListenerNotFound");
        }
    }

    public static async Task<IReadOnlyList<ListenerState>> ListAsync(
        AwsClient elb, string loadBalancer, CancellationToken cancellationToken)
    {
        var answer = await elb.QueryAsync(new AwsRequest("DescribeListeners").With("LoadBalancerArn", loadBalancer), cancellationToken)
            .OrNullAsync("LoadBalancerNotFound");
        return answer is null
            ? []
            : [.. answer.List("Listeners").Select(each =>
                new ListenerState(each.Text("ListenerArn"), int.Parse(each.Text("Port"), CultureInfo.InvariantCulture)))];
    }
}

using System.Globalization;
using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>So many machines of one kind: EC2 replaces what dies.</summary>
/// <param name="LaunchTemplate">The id.</param>
internal sealed record AutoScalingGroupSpec(AwsPlace At, string Name, string LaunchTemplate, IReadOnlyList<string> Subnets, int Size)
    : IPlacedSpec<AutoScalingGroupState>
{
    public string Identity => Name;
}

internal sealed record AutoScalingGroupState(string Arn, string Name);

/// <summary>Why EC2 does not give a group a machine.</summary>
/// <param name="Passes">Whether the next attempt may go better, with nobody doing anything.</param>
internal sealed record ScalingFailure(string Message, bool Passes);

/// <summary>Ready as soon as the group is there: whether its machines are, <see cref="EcsCapacityHandler"/> tells.</summary>
internal sealed class AutoScalingGroupHandler(AwsAccess access)
    : AwsObjectHandler<AutoScalingGroupSpec, AutoScalingGroupState>(access, AwsService.AutoScaling)
{
    /// <summary>The last that the group had done before its size was changed: only what fails after it has to do with that.</summary>
    public const string LastActivityTag = "caastle.last-activity";

    private const string Failed = "Failed";

    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(5);
    private static readonly string[] Ended = [Failed, "Successful", "Cancelled"];

    /// <summary>Of what passes, or differs from zone to zone: the group tries again, and in all its zones in turn.</summary>
    private static readonly string[] Passing =
    [
        "InsufficientInstanceCapacity", "not have sufficient", "InsufficientFreeAddressesInSubnet", "not have enough free addresses",
        "not supported in your requested Availability Zone", "RequestLimitExceeded", "Server.InternalError", "InternalError - ",
        "Unavailable", "PendingVerification",
    ];

    public override string Kind => "autoscaling/group";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags", "autoscaling:DeleteAutoScalingGroup",
        "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities", "autoscaling:UpdateAutoScalingGroup",
        "ec2:CreateTags", "ec2:RunInstances", "iam:PassRole",
    ];

    public override async Task<Observation<AutoScalingGroupState>> ReadAsync(
        AutoScalingGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var scaling = await ClientAsync(spec, cancellationToken);
        if (await FindAsync(scaling, spec.Name, cancellationToken) is not { } found)
        {
            return Observation.Absent<AutoScalingGroupState>();
        }

        if (!call.Marks.OwnsTags(found.Tags("Tags")))
        {
            return Foreign(spec);
        }

        if (found.Element("Status")?.Value is { Length: > 0 } status)
        {
            return Slowly(status.ToLowerInvariant(), BetweenReads);
        }

        var state = new AutoScalingGroupState(found.Text("AutoScalingGroupARN"), spec.Name);
        return found.Text("DesiredCapacity") == Number(spec.Size) && found.Text("MaxSize") == Number(spec.Size)
            ? Observation.Ready(state, $"{spec.Size} wanted")
            : Observation.InProgress("it has not yet the size that it should have", state) with { NeedsCreate = true };
    }

    public override async Task CreateAsync(AutoScalingGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var scaling = await ClientAsync(spec, cancellationToken);
        if (await FindAsync(scaling, spec.Name, cancellationToken) is null)
        {
            var tags = AwsTags.Of(call.Marks, spec.Name).Select(tag => (tag.Key, tag.Value));
            await scaling.QueryAsync(
                WithTags(
                    WithSize(new AwsRequest("CreateAutoScalingGroup"), spec)
                        .With("LaunchTemplate.LaunchTemplateId", spec.LaunchTemplate)
                        .With("LaunchTemplate.Version", "1")
                        .With("VPCZoneIdentifier", string.Join(',', spec.Subnets)),
                    spec,
                    tags),
                cancellationToken);
            return;
        }

        if (await ActivitiesAsync(scaling, spec.Name, cancellationToken) is [var last, ..])
        {
            await scaling.QueryAsync(
                WithTags(new AwsRequest("CreateOrUpdateTags"), spec, [(LastActivityTag, last.Text("ActivityId"))]), cancellationToken);
        }

        await scaling.QueryAsync(WithSize(new AwsRequest("UpdateAutoScalingGroup"), spec), cancellationToken);
    }

    public override bool CanChange(AutoScalingGroupSpec from, AutoScalingGroupSpec to) =>
        @from with { Size = to.Size, Subnets = to.Subnets } == to && from.Subnets.SequenceEqual(to.Subnets);

    /// <summary>With its machines.</summary>
    public override async Task DeleteAsync(AutoScalingGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var scaling = await ClientAsync(spec, cancellationToken);
        if (await FindAsync(scaling, spec.Name, cancellationToken) is { } found && found.Element("Status") is null)
        {
            await scaling.QueryAsync(
                new AwsRequest("DeleteAutoScalingGroup").With("AutoScalingGroupName", spec.Name).With("ForceDelete", true), cancellationToken);
        }
    }

    public static async Task<XElement?> FindAsync(AwsClient scaling, string name, CancellationToken cancellationToken)
    {
        var answer = await scaling.QueryAsync(
            new AwsRequest("DescribeAutoScalingGroups").With("AutoScalingGroupNames.member.1", name), cancellationToken);
        return answer.List("AutoScalingGroups").FirstOrDefault();
    }

    /// <summary>What the group's last attempt failed of, since its size was changed; null where it did not.</summary>
    public static async Task<ScalingFailure?> FindFailureAsync(AwsClient scaling, XElement? group, CancellationToken cancellationToken)
    {
        var before = group?.Tags("Tags").GetValueOrDefault(LastActivityTag);
        var last = group is null ? null : (await ActivitiesAsync(scaling, group.Text("AutoScalingGroupName"), cancellationToken))
            .TakeWhile(activity => activity.Text("ActivityId") != before)
            .FirstOrDefault(activity => Ended.Contains(activity.Text("StatusCode")));
        if (last?.Text("StatusCode") != Failed)
        {
            return null;
        }

        var message = last.TextOrNull("StatusMessage") is { Length: > 0 } words ? words : last.Text("Description");
        // A new role is known everywhere only after a while.
        return new(message, AwsErrors.IsNotYetKnown(message) || Passing.Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>The newest first; those that go on before all others.</summary>
    private static async Task<IReadOnlyList<XElement>> ActivitiesAsync(AwsClient scaling, string name, CancellationToken cancellationToken)
    {
        var answer = await scaling.QueryAsync(new AwsRequest("DescribeScalingActivities").With("AutoScalingGroupName", name), cancellationToken);
        return [.. answer.List("Activities")];
    }

    private static AwsRequest WithSize(AwsRequest request, AutoScalingGroupSpec spec) => request
        .With("AutoScalingGroupName", spec.Name)
        .With("MinSize", spec.Size)
        .With("MaxSize", spec.Size)
        .With("DesiredCapacity", spec.Size);

    private static AwsRequest WithTags(AwsRequest request, AutoScalingGroupSpec spec, IEnumerable<(string Key, string Value)> tags)
    {
        foreach (var (index, (key, value)) in tags.Index())
        {
            var prefix = $"Tags.member.{index + 1}";
            request.With($"{prefix}.ResourceId", spec.Name)
                .With($"{prefix}.ResourceType", "auto-scaling-group")
                .With($"{prefix}.Key", key)
                .With($"{prefix}.Value", value)
                .With($"{prefix}.PropagateAtLaunch", false);
        }

        return request;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

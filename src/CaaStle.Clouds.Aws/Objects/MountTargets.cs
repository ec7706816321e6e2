using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>
/// Where a file system is reached: an address in each availability zone of the subnets. They have no tags: what is of our file system is ours.
/// </summary>
/// <param name="FileSystem">The id.</param>
internal sealed record MountTargetsSpec(
    AwsPlace At, string Name, string FileSystem, IReadOnlyList<string> Subnets, string SecurityGroup) : IPlacedSpec<MountTargetsState>
{
    public string Identity => Name;
}

internal sealed record MountTargetsState(IReadOnlyList<string> Ids);

internal sealed class MountTargetsHandler(AwsAccess access)
    : AwsObjectHandler<MountTargetsSpec, MountTargetsState>(access, AwsService.Efs)
{
    private sealed record MountTarget(string MountTargetId, string AvailabilityZoneId, string LifeCycleState)
    {
        public bool IsGoing => LifeCycleState is "deleting" or "deleted";
    }

    private sealed record Described(IReadOnlyList<MountTarget> MountTargets);

    public override string Kind => "efs/mount-targets";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
        "elasticfilesystem:CreateMountTarget", "elasticfilesystem:DeleteMountTarget", "elasticfilesystem:DescribeMountTargets",
    ];

    public override async Task<Observation<MountTargetsState>> ReadAsync(
        MountTargetsSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await ListAsync(spec, cancellationToken);
        if (found.Count == 0)
        {
            return Observation.Absent<MountTargetsState>();
        }

        if (found.Any(target => target.IsGoing))
        {
            return Observation.InProgress<MountTargetsState>("deleting");
        }

        if ((await MissingAsync(spec, found, cancellationToken)).Count > 0)
        {
            return Observation.InProgress<MountTargetsState>("not yet in all zones") with { NeedsCreate = true };
        }

        return found.FirstOrDefault(target => target.LifeCycleState != "available") switch
        {
            null => Observation.Ready(new MountTargetsState([.. found.Select(target => target.MountTargetId)]), $"in {found.Count} zones"),
            { LifeCycleState: "error" } => Observation.Failed<MountTargetsState>("EFS says: error"),
            var target => Observation.InProgress<MountTargetsState>(target.LifeCycleState),
        };
    }

    public override async Task CreateAsync(MountTargetsSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var efs = await ClientAsync(spec, cancellationToken);
        foreach (var subnet in await MissingAsync(spec, await ListAsync(spec, cancellationToken), cancellationToken))
        {
            await efs.CallAsync(
                new AwsRequest("CreateMountTarget", $"POST {Efs.MountTargets}")
                {
                    Body = new { FileSystemId = spec.FileSystem, SubnetId = subnet, SecurityGroups = (string[])[spec.SecurityGroup] },
                },
                cancellationToken).UnlessAsync("MountTargetConflict");
        }
    }

    public override async Task DeleteAsync(MountTargetsSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var efs = await ClientAsync(spec, cancellationToken);
        foreach (var target in (await ListAsync(spec, cancellationToken)).Where(target => !target.IsGoing))
        {
            await efs.CallAsync(
                new AwsRequest("DeleteMountTarget", $"DELETE {Efs.MountTargets}/{{MountTargetId}}").With("MountTargetId", target.MountTargetId),
                cancellationToken).UnlessAsync("MountTargetNotFound");
        }
    }

    private async Task<IReadOnlyList<MountTarget>> ListAsync(MountTargetsSpec spec, CancellationToken cancellationToken)
    {
        var efs = await ClientAsync(spec, cancellationToken);
        var answer = await efs.CallAsync<Described>(
            new AwsRequest("DescribeMountTargets", $"GET {Efs.MountTargets}").With("FileSystemId", spec.FileSystem).With("MaxItems", 100),
            cancellationToken).OrNullAsync(Efs.NotFound);
        return [.. (answer?.MountTargets ?? []).Where(target => target.LifeCycleState != "deleted")];
    }

    /// <returns>A subnet for each zone that has no target: EFS allows one in each.</returns>
    private async Task<IReadOnlyList<string>> MissingAsync(
        MountTargetsSpec spec, IReadOnlyList<MountTarget> found, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(AwsService.Ec2, spec, cancellationToken);
        var answer = await ec2.QueryAsync(new AwsRequest("DescribeSubnets").WithList("SubnetId", spec.Subnets), cancellationToken);
        return
        [
            .. answer.List("subnetSet")
                .Select(subnet => (Id: subnet.Text("subnetId"), Zone: subnet.Text("availabilityZoneId")))
                .OrderBy(subnet => subnet.Id, StringComparer.Ordinal)
                .DistinctBy(subnet => subnet.Zone)
                .Where(subnet => found.All(target => target.AvailabilityZoneId != subnet.Zone))
                .Select(subnet => subnet.Id),
        ];
    }
}

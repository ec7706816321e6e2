using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A folder of a file system, where everybody may write, whoever a container runs as. Its name is its client token.</summary>
/// <param name="FileSystem">The id; empty where only the name is known.</param>
internal sealed record AccessPointSpec(AwsPlace At, string Name, string FileSystem) : IPlacedSpec<AccessPointState>
{
    public string Identity => Name;
}

internal sealed record AccessPointState(string Id);

internal sealed class AccessPointHandler(AwsAccess access)
    : AwsObjectHandler<AccessPointSpec, AccessPointState>(access, AwsService.Efs)
{
    private const string NotFound = "AccessPointNotFound";

    private sealed record AccessPoint(string AccessPointId, string ClientToken, string LifeCycleState, IReadOnlyList<AwsTag>? Tags);

    private sealed record Page(IReadOnlyList<AccessPoint> AccessPoints, string? NextToken);

    public override string Kind => "efs/access-point";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "elasticfilesystem:CreateAccessPoint", "elasticfilesystem:DeleteAccessPoint", "elasticfilesystem:DescribeAccessPoints",
        "elasticfilesystem:TagResource",
    ];

    public override async Task<Observation<AccessPointState>> ReadAsync(
        AccessPointSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec, cancellationToken) is not { } found)
        {
            return Observation.Absent<AccessPointState>();
        }

        return !call.Marks.OwnsTags(AwsTag.Read(found.Tags)) ? Foreign(spec) : found.LifeCycleState switch
        {
            "available" or "updating" => Observation.Ready(new AccessPointState(found.AccessPointId)),
            "error" => Observation.Failed<AccessPointState>("EFS says: error"),
            var state => Observation.InProgress<AccessPointState>(state),
        };
    }

    public override async Task CreateAsync(AccessPointSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var efs = await ClientAsync(spec, cancellationToken);
        await efs.CallAsync(
            new AwsRequest("CreateAccessPoint", $"POST {Efs.AccessPoints}")
            {
                Body = new
                {
                    ClientToken = spec.Name,
                    FileSystemId = spec.FileSystem,
                    RootDirectory = new
                    {
                        Path = "/data",
                        CreationInfo = new { OwnerUid = 0, OwnerGid = 0, Permissions = "0777" },
                    },
                    Tags = AwsTags.Capital(call.Marks, spec.Name),
                },
            },
            cancellationToken);
    }

    public override async Task DeleteAsync(AccessPointSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec, cancellationToken) is { } found)
        {
            var efs = await ClientAsync(spec, cancellationToken);
            await efs.CallAsync(
                new AwsRequest("DeleteAccessPoint", $"DELETE {Efs.AccessPoints}/{{AccessPointId}}").With("AccessPointId", found.AccessPointId),
                cancellationToken).UnlessAsync(NotFound);
        }
    }

    private async Task<AccessPoint?> FindAsync(AccessPointSpec spec, CancellationToken cancellationToken)
    {
        var efs = await ClientAsync(spec, cancellationToken);
        string? token = null;
        do
        {
            var page = await efs.CallAsync<Page>(
                new AwsRequest("DescribeAccessPoints", $"GET {Efs.AccessPoints}")
                    .With("FileSystemId", spec.FileSystem.Length == 0 ? null : spec.FileSystem)
                    .With("NextToken", token),
                cancellationToken).OrNullAsync(Efs.NotFound);
            if (page?.AccessPoints.FirstOrDefault(point => point.ClientToken == spec.Name && point.LifeCycleState != "deleted") is { } found)
            {
                return found;
            }

            token = page?.NextToken;
        }
        while (!string.IsNullOrEmpty(token));
        return null;
    }
}

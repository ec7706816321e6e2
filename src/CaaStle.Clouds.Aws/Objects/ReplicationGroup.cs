using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A Redis server of ElastiCache, with one node. Its clients use TLS, for only then may it have a password.</summary>
internal sealed record ReplicationGroupSpec(
    AwsPlace At, string Name, string NodeType, string? Version, Secret Password, string SubnetGroup, string SecurityGroup)
        : IPlacedSpec<ReplicationGroupState>
{
    public string Identity => Name;

    public bool HoldsData => true;
}

internal sealed record ReplicationGroupState(string Address, int Port);

internal sealed class ReplicationGroupHandler(AwsAccess access)
    : AwsObjectHandler<ReplicationGroupSpec, ReplicationGroupState>(access, AwsService.ElastiCache)
{
    private const string NotFound = "ReplicationGroupNotFoundFault";
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(5);

    public override string Kind => "elasticache/replication-group";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "elasticache:AddTagsToResource", "elasticache:CreateReplicationGroup", "elasticache:DeleteReplicationGroup",
        "elasticache:DescribeReplicationGroups", "elasticache:ListTagsForResource",
    ];

    public override async Task<Observation<ReplicationGroupState>> ReadAsync(
        ReplicationGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var cache = await ClientAsync(spec, cancellationToken);
        var found = await cache.QueryAsync(
            new AwsRequest("DescribeReplicationGroups").With("ReplicationGroupId", spec.Name), cancellationToken)
            .OrNullAsync(NotFound);
        if (found?.List("ReplicationGroups").FirstOrDefault() is not { } group)
        {
            return Observation.Absent<ReplicationGroupState>();
        }

        var status = group.Element("Status")?.Value ?? "";
        if (status is "creating" or "deleting")
        {
            // Until it is available, it does not tell its tags.
            return Slowly(status, BetweenReads);
        }

        var tags = await cache.QueryAsync(new AwsRequest("ListTagsForResource").With("ResourceName", group.Text("ARN")), cancellationToken);
        if (!call.Marks.OwnsTags(tags.Tags("TagList")))
        {
            return Foreign(spec);
        }

        var endpoint = group.Descendants("PrimaryEndpoint").FirstOrDefault();
        var state = endpoint is null
            ? null
            : new ReplicationGroupState(endpoint.Text("Address"), int.Parse(endpoint.Text("Port"), CultureInfo.InvariantCulture));
        return status switch
        {
            "available" when state is not null => Observation.Ready(state, "available"),
            "create-failed" => Observation.Failed("create-failed", state: state),
            _ => Slowly(status, BetweenReads, state),
        };
    }

    public override async Task CreateAsync(ReplicationGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var cache = await ClientAsync(spec, cancellationToken);
        await cache.QueryAsync(
            new AwsRequest("CreateReplicationGroup")
                .With("ReplicationGroupId", spec.Name)
                .With("ReplicationGroupDescription", spec.Name)
                .With("Engine", "redis")
                .With("EngineVersion", spec.Version)
                .With("CacheNodeType", spec.NodeType)
                .With("NumCacheClusters", 1)
                .With("AutomaticFailoverEnabled", false)
                .With("TransitEncryptionEnabled", true)
                .With("AtRestEncryptionEnabled", true)
                .With("AuthToken", spec.Password.Reveal())
                .With("CacheSubnetGroupName", spec.SubnetGroup)
                .With("SecurityGroupIds.SecurityGroupId.1", spec.SecurityGroup)
                .WithTags("Tags.Tag", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken);
    }

    public override async Task DeleteAsync(ReplicationGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var cache = await ClientAsync(spec, cancellationToken);
        await cache.QueryAsync(
            new AwsRequest("DeleteReplicationGroup").With("ReplicationGroupId", spec.Name).With("RetainPrimaryCluster", false),
                cancellationToken)
            .UnlessAsync(NotFound);
    }
}

using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>The subnets that a database may be in.</summary>
internal sealed record DbSubnetGroupSpec(AwsPlace At, string Name, IReadOnlyList<string> Subnets) : IPlacedSpec<DbSubnetGroupState>
{
    public string Identity => Name;
}

internal sealed record DbSubnetGroupState(string Name);

internal sealed class DbSubnetGroupHandler(AwsAccess access) : AwsObjectHandler<DbSubnetGroupSpec, DbSubnetGroupState>(
    access, AwsService.Rds)
{
    private const string NotFound = "DBSubnetGroupNotFoundFault";

    public override string Kind => "rds/subnet-group";

    public override async Task<Observation<DbSubnetGroupState>> ReadAsync(
        DbSubnetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var rds = await ClientAsync(spec, cancellationToken);
        var found = await rds.QueryAsync(new AwsRequest("DescribeDBSubnetGroups").With("DBSubnetGroupName", spec.Name), cancellationToken)
            .OrNullAsync(NotFound);
        if (found is null)
        {
            return Observation.Absent<DbSubnetGroupState>();
        }

        var tags = await rds.QueryAsync(
            new AwsRequest("ListTagsForResource").With("ResourceName", found.Text("DBSubnetGroupArn")), cancellationToken);
        return call.Marks.OwnsTags(tags.Tags("TagList")) ? Observation.Ready(new DbSubnetGroupState(spec.Name)) : Foreign(spec);
    }

    public override async Task CreateAsync(DbSubnetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var rds = await ClientAsync(spec, cancellationToken);
        await rds.QueryAsync(
            new AwsRequest("CreateDBSubnetGroup")
                .With("DBSubnetGroupName", spec.Name)
                .With("DBSubnetGroupDescription", spec.Name)
                .WithList("SubnetIds.SubnetIdentifier", spec.Subnets)
                .WithTags("Tags.Tag", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken);
    }

    public override async Task DeleteAsync(DbSubnetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var rds = await ClientAsync(spec, cancellationToken);
        await rds.QueryAsync(new AwsRequest("DeleteDBSubnetGroup").With("DBSubnetGroupName", spec.Name), cancellationToken)
            .UnlessAsync(NotFound);
    }
}

/// <summary>The subnets that a cache may be in.</summary>
internal sealed record CacheSubnetGroupSpec(AwsPlace At, string Name, IReadOnlyList<string> Subnets) : IPlacedSpec<CacheSubnetGroupState>
{
    public string Identity => Name;
}

internal sealed record CacheSubnetGroupState(string Name);

internal sealed class CacheSubnetGroupHandler(AwsAccess access)
    : AwsObjectHandler<CacheSubnetGroupSpec, CacheSubnetGroupState>(access, AwsService.ElastiCache)
{
    private const string NotFound = "CacheSubnetGroupNotFoundFault";

    public override string Kind => "elasticache/subnet-group";

    public override async Task<Observation<CacheSubnetGroupState>> ReadAsync(
        CacheSubnetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var cache = await ClientAsync(spec, cancellationToken);
        var found = await cache.QueryAsync(
            new AwsRequest("DescribeCacheSubnetGroups").With("CacheSubnetGroupName", spec.Name), cancellationToken)
            .OrNullAsync(NotFound, "CacheSubnetGroupNotFound");
        if (found is null)
        {
            return Observation.Absent<CacheSubnetGroupState>();
        }

        var tags = await cache.QueryAsync(new AwsRequest("ListTagsForResource").With("ResourceName", found.Text("ARN")), cancellationToken);
        return call.Marks.OwnsTags(tags.Tags("TagList")) ? Observation.Ready(new CacheSubnetGroupState(spec.Name)) : Foreign(spec);
    }

    public override async Task CreateAsync(CacheSubnetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var cache = await ClientAsync(spec, cancellationToken);
        await cache.QueryAsync(
            new AwsRequest("CreateCacheSubnetGroup")
                .With("CacheSubnetGroupName", spec.Name)
                .With("CacheSubnetGroupDescription", spec.Name)
                .WithList("SubnetIds.SubnetIdentifier", spec.Subnets)
                .WithTags("Tags.Tag", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken);
    }

    public override async Task DeleteAsync(CacheSubnetGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var cache = await ClientAsync(spec, cancellationToken);
        await cache.QueryAsync(new AwsRequest("DeleteCacheSubnetGroup").With("CacheSubnetGroupName", spec.Name), cancellationToken)
            .UnlessAsync(NotFound);
    }
}

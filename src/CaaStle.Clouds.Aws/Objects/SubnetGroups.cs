using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>The subnets that something may be in.</summary>
internal interface ISubnetGroupSpec<TState> : IPlacedSpec<TState>
{
    IReadOnlyList<string> Subnets { get; }
}

/// <summary>The subnets that a database may be in.</summary>
internal sealed record DbSubnetGroupSpec(AwsPlace At, string Name, IReadOnlyList<string> Subnets) : ISubnetGroupSpec<DbSubnetGroupState>
{
    public string Identity => Name;
}

internal sealed record DbSubnetGroupState(string Name);

internal sealed class DbSubnetGroupHandler(AwsAccess access) : SubnetGroupHandler<DbSubnetGroupSpec, DbSubnetGroupState>(
    access, AwsService.Rds, "DBSubnetGroup", "DBSubnetGroupArn", name => new(name))
{
    public override string Kind => "rds/subnet-group";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "rds:AddTagsToResource", "rds:CreateDBSubnetGroup", "rds:DeleteDBSubnetGroup", "rds:DescribeDBSubnetGroups",
        "rds:ListTagsForResource",
    ];
}

/// <summary>The subnets that a cache may be in.</summary>
internal sealed record CacheSubnetGroupSpec(AwsPlace At, string Name, IReadOnlyList<string> Subnets) : ISubnetGroupSpec<CacheSubnetGroupState>
{
    public string Identity => Name;
}

internal sealed record CacheSubnetGroupState(string Name);

internal sealed class CacheSubnetGroupHandler(AwsAccess access) : SubnetGroupHandler<CacheSubnetGroupSpec, CacheSubnetGroupState>(
    access, AwsService.ElastiCache, "CacheSubnetGroup", "ARN", name => new(name))
{
    public override string Kind => "elasticache/subnet-group";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "elasticache:AddTagsToResource", "elasticache:CreateCacheSubnetGroup", "elasticache:DeleteCacheSubnetGroup",
        "elasticache:DescribeCacheSubnetGroups", "elasticache:ListTagsForResource",
    ];
}

/// <summary>RDS and ElastiCache have them alike.</summary>
/// <param name="noun">In the names of operations and parameters.</param>
/// <param name="arn">What the ARN is called in answers.</param>
internal abstract class SubnetGroupHandler<TSpec, TState>(
    AwsAccess access, AwsService service, string noun, string arn, Func<string, TState> stateOf) : AwsObjectHandler<TSpec, TState>(access, service)
    where TSpec : class, ISubnetGroupSpec<TState>
    where TState : class
{
    private readonly string[] notFound = [$"{noun}NotFoundFault", $"{noun}NotFound"];

    public override async Task<Observation<TState>> ReadAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var client = await ClientAsync(spec, cancellationToken);
        var found = await client.QueryAsync(new AwsRequest($"Describe{noun}s").With($"{noun}Name", spec.Name), cancellationToken)
            .OrNullAsync(notFound);
        if (found is null)
        {
            return Observation.Absent<TState>();
        }

        var tags = await client.QueryAsync(new AwsRequest("ListTagsForResource").With("ResourceName", found.Text(arn)), cancellationToken);
        return call.Marks.OwnsTags(tags.Tags("TagList")) ? Observation.Ready(stateOf(spec.Name)) : Foreign(spec);
    }

    public override async Task CreateAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var client = await ClientAsync(spec, cancellationToken);
        await client.QueryAsync(
            new AwsRequest($"Create{noun}")
                .With($"{noun}Name", spec.Name)
                .With($"{noun}Description", spec.Name)
                .WithList("SubnetIds.SubnetIdentifier", spec.Subnets)
                .WithTags("Tags.Tag", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken);
    }

    public override async Task DeleteAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var client = await ClientAsync(spec, cancellationToken);
        await client.QueryAsync(new AwsRequest($"Delete{noun}").With($"{noun}Name", spec.Name), cancellationToken).UnlessAsync(notFound);
    }
}

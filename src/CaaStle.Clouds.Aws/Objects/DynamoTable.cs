using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <param name="Type"><c>S</c>, <c>N</c> or <c>B</c>.</param>
internal sealed record TableKey(string Name, string Type);

/// <summary>A table of DynamoDB that is paid by request.</summary>
internal sealed record DynamoTableSpec(AwsPlace At, string Name, TableKey Partition, TableKey? Sort) : IPlacedSpec<DynamoTableState>
{
    public string Identity => Name;

    public bool HoldsData => true;
}

internal sealed record DynamoTableState(string Arn);

internal sealed class DynamoTableHandler(AwsAccess access)
    : AwsObjectHandler<DynamoTableSpec, DynamoTableState>(access, AwsService.DynamoDb)
{
    private const string NotFound = "ResourceNotFoundException";

    private sealed record Table(string TableArn, string TableStatus);

    private sealed record Described(Table Table);

    private sealed record TagList(IReadOnlyList<AwsTag>? Tags);

    public override string Kind => "dynamodb/table";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:TagResource",
    ];

    public override async Task<Observation<DynamoTableState>> ReadAsync(
        DynamoTableSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var dynamo = await ClientAsync(spec, cancellationToken);
        var found = await dynamo.CallAsync<Described>("DescribeTable", new { TableName = spec.Name }, cancellationToken)
            .OrNullAsync(NotFound);
        var tags = found is null
            ? null
            : await dynamo.CallAsync<TagList>("ListTagsOfResource", new { ResourceArn = found.Table.TableArn }, cancellationToken)
                .OrNullAsync(NotFound);
        if (found is null || tags is null)
        {
            return Observation.Absent<DynamoTableState>();
        }

        var state = new DynamoTableState(found.Table.TableArn);
        return (call.Marks.OwnsTags(AwsTag.Read(tags.Tags)), found.Table.TableStatus) switch
        {
            (false, _) => Foreign(spec),
            (_, "ACTIVE") => Observation.Ready(state, "active"),
            (_, "INACCESSIBLE_ENCRYPTION_CREDENTIALS") => Observation.Failed("its encryption key cannot be used", state: state),
            var (_, status) => Observation.InProgress(status.ToLowerInvariant(), state),
        };
    }

    public override async Task CreateAsync(DynamoTableSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var dynamo = await ClientAsync(spec, cancellationToken);
        TableKey[] keys = spec.Sort is null ? [spec.Partition] : [spec.Partition, spec.Sort];
        await dynamo.CallAsync(
            "CreateTable",
            new
            {
                TableName = spec.Name,
                AttributeDefinitions = keys.Select(key => new { AttributeName = key.Name, AttributeType = key.Type }),
                KeySchema = keys.Select((key, index) => new { AttributeName = key.Name, KeyType = index == 0 ? "HASH" : "RANGE" }),
                BillingMode = "PAY_PER_REQUEST",
                Tags = AwsTags.Capital(call.Marks, spec.Name),
            },
            cancellationToken);
    }

    public override async Task DeleteAsync(DynamoTableSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var dynamo = await ClientAsync(spec, cancellationToken);
        await dynamo.CallAsync("DeleteTable", new { TableName = spec.Name }, cancellationToken).UnlessAsync(NotFound);
    }
}

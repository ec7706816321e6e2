using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Resource.DynamoDb;

/// <summary>A table of DynamoDB.</summary>
internal sealed class DynamoDbResource : IResourceType
{
    private const string PartitionOption = "configuration.partition_key";
    private const string PartitionTypeOption = "configuration.partition_key_type";
    private const string SortOption = "configuration.sort_key";
    private const string SortTypeOption = "configuration.sort_key_type";

    private static readonly string[] KeyTypes = ["string", "number", "binary"];

    public TypeDescriptor Descriptor { get; } = new(
        "dynamodb",
        "A table of Amazon DynamoDB, paid by request.",
        [
            Key(PartitionOption, "The attribute that items are found by.") with { Default = "id" },
            KeyType(PartitionTypeOption),
            Key(SortOption, "The attribute that items of one partition key are sorted by; none where it is not given."),
            KeyType(SortTypeOption),
        ],
        [
            new("TableName", "The table's name."),
            new("TableArn", "Its ARN."),
            new("Region", "The region that it is in."),
        ]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var (scope, options) = (request.Environment, request.Options);
        var name = request.PartName(Descriptor.Type);
        var place = plan.SharePlace(scope);
        var table = plan.Add("table", place, found => new DynamoTableSpec(
            found.At,
            scope.ObjectName(request.OfGeneration(name)),
            new(options.Text(PartitionOption), TypeOf(PartitionTypeOption)),
            options.TextOrNull(SortOption) is { } sort ? new(sort, TypeOf(SortTypeOption)) : null));
        plan.Output("TableName", table, made => made.Arn[(made.Arn.LastIndexOf('/') + 1)..]);
        plan.Output("TableArn", table, made => made.Arn);
        plan.Output("Region", place, found => found.At.Region);

        string TypeOf(string option) => options.Text(option)[..1].ToUpperInvariant();
    }

    private static OptionDescriptor Key(string name, string meaning) => new(name, OptionType.Text, meaning)
    {
        Pattern = "^.{1,255}$",
        PatternMeaning = "at most 255 characters",
        OnChange = ChangeEffect.LosesData,
    };

    private static OptionDescriptor KeyType(string name) => new(name, OptionType.Text, "The attribute's type.")
    {
        Default = KeyTypes[0],
        Choices = KeyTypes,
        OnChange = ChangeEffect.LosesData,
    };
}

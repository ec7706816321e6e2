using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Where CloudWatch keeps what containers write.</summary>
internal sealed record LogGroupSpec(AwsPlace At, string Name, int RetentionDays) : IPlacedSpec<LogGroupState>
{
    public string Identity => Name;
}

internal sealed record LogGroupState(string Name);

internal sealed class LogGroupHandler(AwsAccess access) : AwsObjectHandler<LogGroupSpec, LogGroupState>(access, AwsService.Logs)
{
    private const string NotFound = "ResourceNotFoundException";

    private sealed record Group(string LogGroupName, string Arn, int? RetentionInDays);

    private sealed record Described(IReadOnlyList<Group> LogGroups);

    private sealed record Tagged(IReadOnlyDictionary<string, string>? Tags);

    public override string Kind => "logs/group";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DescribeLogGroups", "logs:ListTagsForResource", "logs:PutRetentionPolicy",
        "logs:TagResource",
    ];

    public override async Task<Observation<LogGroupState>> ReadAsync(
        LogGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var logs = await ClientAsync(spec, cancellationToken);
        var found = await logs.CallAsync<Described>("DescribeLogGroups", new { logGroupNamePrefix = spec.Name }, cancellationToken);
        if (found.LogGroups.FirstOrDefault(group => group.LogGroupName == spec.Name) is not { } group)
        {
            return Observation.Absent<LogGroupState>();
        }

        var arn = group.Arn.EndsWith(":*", StringComparison.Ordinal) ? group.Arn[..^2] : group.Arn;
        var tags = await logs.CallAsync<Tagged>("ListTagsForResource", new { resourceArn = arn }, cancellationToken).OrNullAsync(NotFound);
        if (tags is null)
        {
            return Observation.Absent<LogGroupState>();
        }

        return !call.Marks.OwnsTags(tags.Tags) ? Foreign(spec)
            : group.RetentionInDays == spec.RetentionDays ? Observation.Ready(new LogGroupState(spec.Name))
            : Observation.InProgress<LogGroupState>("it keeps everything for ever") with { NeedsCreate = true };
    }

    public override async Task CreateAsync(LogGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var logs = await ClientAsync(spec, cancellationToken);
        await logs.CallAsync(
            "CreateLogGroup", new { logGroupName = spec.Name, tags = AwsTags.Of(call.Marks, spec.Name) }, cancellationToken)
            .UnlessAsync("ResourceAlreadyExistsException");
        await logs.CallAsync(
            "PutRetentionPolicy", new { logGroupName = spec.Name, retentionInDays = spec.RetentionDays }, cancellationToken);
    }

    public override async Task DeleteAsync(LogGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var logs = await ClientAsync(spec, cancellationToken);
        await logs.CallAsync("DeleteLogGroup", new { logGroupName = spec.Name }, cancellationToken).UnlessAsync(NotFound);
    }
}

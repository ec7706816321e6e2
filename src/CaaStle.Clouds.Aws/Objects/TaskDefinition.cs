using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <param name="Secrets">Names of variables whose values are in <see cref="TaskDefinitionSpec.SecretArn"/>.</param>
/// <param name="Check">A command that must end with 0; empty for none.</param>
/// <param name="After">
/// Other containers of the task that must have started, or be well where they are checked, before this one starts.
/// </param>
internal sealed record TaskContainer(
    string Name,
    string Image,
    IReadOnlyDictionary<string, string> Variables,
    IReadOnlyList<string> Secrets,
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Command,
    int MemoryMegabytes,
    int? Port,
    IReadOnlyList<string> Check,
    int CheckStartSeconds,
    IReadOnlyList<string> After)
{
    public IReadOnlyList<VolumeMount> Mounts { get; init; } = [];

    /// <summary>1024 for one processor; null for a part of what is there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CpuUnits { get; init; }
}

/// <param name="Name">As the containers' mounts have it.</param>
/// <param name="FileSystem">The id.</param>
/// <param name="AccessPoint">The id.</param>
internal sealed record TaskVolume(string Name, string FileSystem, string AccessPoint);

/// <summary>What ECS starts for each replica of one revision. Its name is a family of its own, of which the newest counts.</summary>
/// <param name="CpuUnits">Of a task of Fargate.</param>
/// <param name="MemoryMegabytes">Of a task of Fargate.</param>
internal sealed record TaskDefinitionSpec(
    AwsPlace At,
    string Name,
    int CpuUnits,
    int MemoryMegabytes,
    string ExecutionRole,
    string TaskRole,
    string LogGroup,
    string LogPrefix,
    string? SecretArn,
    IReadOnlyList<TaskContainer> Containers) : IPlacedSpec<TaskDefinitionState>
{
    public string Identity => Name;

    public IReadOnlyList<TaskVolume> Volumes { get; init; } = [];

    /// <summary>Replicas share the network of machines, each at a port that is free there, instead of having addresses of their own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OnMachines { get; init; }
}

internal sealed record TaskDefinitionState(string Arn);

internal sealed class TaskDefinitionHandler(AwsAccess access, TimeProvider clock)
    : AwsObjectHandler<TaskDefinitionSpec, TaskDefinitionState>(access, AwsService.Ecs), ILogSource
{
    /// <summary>Tells definitions of one family apart.</summary>
    private const string ContentTag = "caastle.content";

    public override string Kind => "ecs/task-definition";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ecs:DeleteTaskDefinitions", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions",
        "ecs:RegisterTaskDefinition", "ecs:TagResource", "iam:PassRole", "logs:FilterLogEvents", "logs:GetLogEvents",
    ];

    public override async Task<Observation<TaskDefinitionState>> ReadAsync(
        TaskDefinitionSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var family = await FamilyAsync(spec, cancellationToken);
        if (await family.ListAsync(cancellationToken) is not [.., var newest])
        {
            return Observation.Absent<TaskDefinitionState>();
        }

        var tags = await family.TagsAsync(newest, cancellationToken);
        return !call.Marks.OwnsTags(tags) ? Foreign(spec)
            : tags.GetValueOrDefault(ContentTag) == ContentOf(spec) ? Observation.Ready(new TaskDefinitionState(newest))
            : Observation.InProgress<TaskDefinitionState>("not yet changed") with { NeedsCreate = true };
    }

    public override async Task CreateAsync(TaskDefinitionSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var family = await FamilyAsync(spec, cancellationToken);
        await family.RegisterAsync(spec, call.Marks, cancellationToken, new AwsTag(ContentTag, ContentOf(spec)));
    }

    /// <summary>By one more of the family.</summary>
    public override bool CanChange(TaskDefinitionSpec from, TaskDefinitionSpec to) => from.At == to.At;

    public override async Task DeleteAsync(TaskDefinitionSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        await (await FamilyAsync(spec, cancellationToken)).DeleteAsync(cancellationToken);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(ICloudObjectSpec spec, LogQuery query, CancellationToken cancellationToken) =>
        ReadLogsAsync((TaskDefinitionSpec)spec, query, cancellationToken);

    private async IAsyncEnumerable<LogLine> ReadLogsAsync(
        TaskDefinitionSpec spec, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (query.Previous)
        {
            // What replicas wrote that have ended is among the rest: there is no start of all of them that something could be before.
            yield break;
        }

        var reader = new LogReader(await ClientAsync(AwsService.Logs, spec, cancellationToken), spec.LogGroup, $"{spec.LogPrefix}/", clock);
        await foreach (var line in reader.ReadAsync(query, cancellationToken))
        {
            yield return line;
        }
    }

    private async Task<TaskFamily> FamilyAsync(TaskDefinitionSpec spec, CancellationToken cancellationToken) =>
        new(await ClientAsync(spec, cancellationToken), spec.Name);

    private static string ContentOf(TaskDefinitionSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(spec)))[..32];
}

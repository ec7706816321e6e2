using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
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
    IReadOnlyList<string> After);

/// <summary>What ECS starts for each replica of one revision. Its name is a family of its own, of which the newest counts.</summary>
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
}

internal sealed record TaskDefinitionState(string Arn);

internal sealed class TaskDefinitionHandler(AwsAccess access, TimeProvider clock)
    : AwsObjectHandler<TaskDefinitionSpec, TaskDefinitionState>(access, AwsService.Ecs), ILogSource
{
    private const int MostAtOnce = 10;

    /// <summary>Tells definitions of one family apart.</summary>
    private const string ContentTag = "caastle.content";

    private static readonly string[] WithTags = ["TAGS"];
    private static readonly string[] Fargate = ["FARGATE"];

    private sealed record Definition(string TaskDefinitionArn, string Status);

    private sealed record Described(Definition TaskDefinition, IReadOnlyList<AwsTag>? Tags);

    private sealed record Listed(IReadOnlyList<string> TaskDefinitionArns);

    public override string Kind => "ecs/task-definition";

    public override async Task<Observation<TaskDefinitionState>> ReadAsync(
        TaskDefinitionSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        if (await ListAsync(ecs, spec, cancellationToken) is not [var newest, ..])
        {
            return Observation.Absent<TaskDefinitionState>();
        }

        var found = await ecs.CallAsync<Described>(
            "DescribeTaskDefinition", new { taskDefinition = newest, include = WithTags }, cancellationToken);
        var tags = AwsTag.Read(found.Tags);
        return !call.Marks.OwnsTags(tags) ? Foreign(spec)
            : tags.GetValueOrDefault(ContentTag) == ContentOf(spec) ? Observation.Ready(new TaskDefinitionState(newest))
            : Observation.InProgress<TaskDefinitionState>("not yet changed") with { NeedsCreate = true };
    }

    public override async Task CreateAsync(TaskDefinitionSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        await ecs.CallAsync(
            "RegisterTaskDefinition",
            new
            {
                family = spec.Name,
                networkMode = "awsvpc",
                requiresCompatibilities = Fargate,
                cpu = $"{spec.CpuUnits}",
                memory = $"{spec.MemoryMegabytes}",
                executionRoleArn = spec.ExecutionRole,
                taskRoleArn = spec.TaskRole,
                containerDefinitions = spec.Containers.Select(container => Definitions(spec, container)),
                tags = (IReadOnlyList<object>)[.. AwsTags.Small(call.Marks, spec.Name), new { key = ContentTag, value = ContentOf(spec) }],
            },
            cancellationToken);
    }

    /// <summary>By one more of the family.</summary>
    public override bool CanChange(TaskDefinitionSpec from, TaskDefinitionSpec to) => from.At == to.At;

    /// <summary>All of the family: a call whose answer was lost may have registered one more.</summary>
    public override async Task DeleteAsync(TaskDefinitionSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        var all = await ListAsync(ecs, spec, cancellationToken);
        foreach (var arn in all)
        {
            await ecs.CallAsync("DeregisterTaskDefinition", new { taskDefinition = arn }, cancellationToken);
        }

        foreach (var some in all.Chunk(MostAtOnce))
        {
            await ecs.CallAsync("DeleteTaskDefinitions", new { taskDefinitions = some }, cancellationToken);
        }
    }

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

    /// <summary>The active ones, newest first.</summary>
    private static async Task<IReadOnlyList<string>> ListAsync(AwsClient ecs, TaskDefinitionSpec spec, CancellationToken cancellationToken)
    {
        var listed = await ecs.CallAsync<Listed>(
            "ListTaskDefinitions", new { familyPrefix = spec.Name, status = "ACTIVE", sort = "DESC" }, cancellationToken);
        return listed.TaskDefinitionArns;
    }

    private static string ContentOf(TaskDefinitionSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(spec)))[..32];

    private static object Definitions(TaskDefinitionSpec spec, TaskContainer container) => new
    {
        name = container.Name,
        image = container.Image,
        essential = true,
        memory = container.MemoryMegabytes,
        environment = container.Variables.Select(variable => new { name = variable.Key, value = variable.Value }),
        secrets = container.Secrets.Select(name => new { name, valueFrom = $"{spec.SecretArn}:{container.Name}.{name}::" }),
        entryPoint = container.Entrypoint.Count == 0 ? null : container.Entrypoint,
        command = container.Command.Count == 0 ? null : container.Command,
        portMappings = container.Port is { } port ? [new { containerPort = port, protocol = "tcp" }] : Array.Empty<object>(),
        healthCheck = container.Check.Count == 0
            ? null
            : new { command = (string[])["CMD", .. container.Check], interval = 5, timeout = 5, retries = 3,
                startPeriod = container.CheckStartSeconds },
        dependsOn = container.After.Select(other => new
        {
            containerName = other,
            condition = spec.Containers.First(each => each.Name == other).Check.Count > 0 ? "HEALTHY" : "START",
        }),
        logConfiguration = new
        {
            logDriver = "awslogs",
            options = new Dictionary<string, string>
            {
                ["awslogs-group"] = spec.LogGroup,
                ["awslogs-region"] = spec.At.Region,
                ["awslogs-stream-prefix"] = spec.LogPrefix,
            },
        },
    };
}

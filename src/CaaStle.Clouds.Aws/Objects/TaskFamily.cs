using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>The task definitions of one name, which ECS numbers.</summary>
internal sealed class TaskFamily(AwsClient ecs, string name)
{
    private const int MostAtOnce = 10;

    private static readonly string[] WithTags = ["TAGS"];
    private static readonly string[] Fargate = ["FARGATE"];
    private static readonly string[] Ec2 = ["EC2"];

    private sealed record Described(IReadOnlyList<AwsTag>? Tags);

    private sealed record Definition(string TaskDefinitionArn);

    private sealed record Registered(Definition TaskDefinition);

    private sealed record Listed(IReadOnlyList<string> TaskDefinitionArns);

    /// <summary>The active ones, oldest first.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var listed = await ecs.CallAsync<Listed>(
            "ListTaskDefinitions", new { familyPrefix = name, status = "ACTIVE", sort = "ASC" }, cancellationToken);
        return listed.TaskDefinitionArns;
    }

    public async Task<IReadOnlyDictionary<string, string>> TagsAsync(string arn, CancellationToken cancellationToken)
    {
        var found = await ecs.CallAsync<Described>(
            "DescribeTaskDefinition", new { taskDefinition = arn, include = WithTags }, cancellationToken);
        return AwsTag.Read(found.Tags);
    }

    /// <returns>The ARN.</returns>
    public async Task<string> RegisterAsync(
        TaskDefinitionSpec spec, Marks marks, CancellationToken cancellationToken, params IReadOnlyList<AwsTag> more)
    {
        var made = await ecs.CallAsync<Registered>(
            "RegisterTaskDefinition",
            new
            {
                family = name,
                networkMode = spec.OnMachines ? "bridge" : "awsvpc",
                requiresCompatibilities = spec.OnMachines ? Ec2 : Fargate,
                cpu = spec.OnMachines ? null : $"{spec.CpuUnits}",
                memory = spec.OnMachines ? null : $"{spec.MemoryMegabytes}",
                executionRoleArn = spec.ExecutionRole,
                taskRoleArn = spec.TaskRole,
                containerDefinitions = spec.Containers.Select(container => Definitions(spec, container)),
                volumes = spec.Volumes.Count == 0 ? null : spec.Volumes.Select(Volumes),
                tags = (IReadOnlyList<object>)
                    [.. AwsTags.Small(marks, name), .. more.Select(tag => new { key = tag.Key, value = tag.Value })],
            },
            cancellationToken);
        return made.TaskDefinition.TaskDefinitionArn;
    }

    /// <summary>All of them: a call whose answer was lost may have registered one more.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        var all = await ListAsync(cancellationToken);
        foreach (var arn in all)
        {
            await ecs.CallAsync("DeregisterTaskDefinition", new { taskDefinition = arn }, cancellationToken);
        }

        foreach (var some in all.Chunk(MostAtOnce))
        {
            await ecs.CallAsync("DeleteTaskDefinitions", new { taskDefinitions = some }, cancellationToken);
        }
    }

    private static object Volumes(TaskVolume volume) => new
    {
        name = volume.Name,
        efsVolumeConfiguration = new
        {
            fileSystemId = volume.FileSystem,
            transitEncryption = "ENABLED",
            authorizationConfig = new { accessPointId = volume.AccessPoint },
        },
    };

    private static object Definitions(TaskDefinitionSpec spec, TaskContainer container) => new
    {
        name = container.Name,
        image = container.Image,
        essential = true,
        cpu = container.CpuUnits,
        memory = container.MemoryMegabytes,
        environment = container.Variables.Select(variable => new { name = variable.Key, value = variable.Value }),
        secrets = container.Secrets.Select(name => new { name, valueFrom = $"{spec.SecretArn}:{container.Name}.{name}::" }),
        entryPoint = container.Entrypoint.Count == 0 ? null : container.Entrypoint,
        command = container.Command.Count == 0 ? null : container.Command,
        portMappings = container.Port is { } port
            ? [new { containerPort = port, hostPort = spec.OnMachines ? 0 : (int?)null, protocol = "tcp" }]
            : Array.Empty<object>(),
        healthCheck = container.Check.Count == 0
            ? null
            : new { command = (string[])["CMD", .. container.Check], interval = 5, timeout = 5, retries = 3,
                startPeriod = container.CheckStartSeconds },
        mountPoints = container.Mounts.Count == 0
            ? null
            : container.Mounts.Select(mount => new { sourceVolume = mount.Name, containerPath = mount.MountPath }),
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

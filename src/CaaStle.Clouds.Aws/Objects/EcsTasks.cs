using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <param name="Stream">Of the container that failed, behind the log's prefix; null where none did.</param>
internal sealed record TaskFailure(string Reason, string? Stream);

internal sealed record EcsContainer(string Name, int? ExitCode, string? Reason, string? ImageDigest);

internal sealed record EcsTask(
    string TaskArn,
    string LastStatus,
    string DesiredStatus,
    string? StartedBy,
    string? StopCode,
    string? StoppedReason,
    IReadOnlyList<EcsContainer> Containers)
{
    public bool HasStopped => LastStatus == "STOPPED";

    public bool IsToStop => DesiredStatus == "STOPPED";

    /// <summary>What a container's stream of the log is named, behind the log's prefix.</summary>
    public string StreamOf(string container) => $"{container}/{TaskArn[(TaskArn.LastIndexOf('/') + 1)..]}";

    /// <summary>Why it never ran.</summary>
    public string? StartFailure => StopCode != "TaskFailedToStart" ? null
        : Containers.Select(container => container.Reason).FirstOrDefault(reason => !string.IsNullOrEmpty(reason))
            ?? StoppedReason ?? "a task failed to start";
}

/// <summary>The tasks of one service, or those of one family of definitions.</summary>
internal sealed class EcsTasks(AwsClient ecs, string cluster, string? service = null, string? family = null)
{
    /// <summary>A container may end once, when what it needs is not there yet.</summary>
    private const int MostEnds = 2;

    private sealed record Listed(IReadOnlyList<string> TaskArns);

    private sealed record Described(IReadOnlyList<EcsTask> Tasks);

    /// <summary>Why the deployment cannot come to a good end; null as long as it may.</summary>
    /// <param name="deployment">Which started the tasks that count.</param>
    /// <param name="exposed">The container whose health is checked.</param>
    public async Task<TaskFailure?> FindFailureAsync(string deployment, string exposed, CancellationToken cancellationToken)
    {
        var failed = (await ReadAsync("STOPPED", cancellationToken)).Where(task => task.StartedBy == deployment).ToList();
        if (failed.Select(task => task.StartFailure).FirstOrDefault(reason => reason is not null) is { } unstarted)
        {
            return new(unstarted, null);
        }

        var ended = failed.Where(task => task.StopCode == "EssentialContainerExited").ToList();
        if (ended.Count >= MostEnds)
        {
            var container = ended[0].Containers.FirstOrDefault(each => each.ExitCode is not (null or 0)) ?? ended[0].Containers[0];
            var code = container.ExitCode is { } number ? $"exited with code {number}, and again after a restart" : ended[0].StoppedReason;
            var detail = string.IsNullOrEmpty(container.Reason) ? "" : $" ({container.Reason})";
            return new($"{container.Name} {code}{detail}", ended[0].StreamOf(container.Name));
        }

        var unwell = failed
            .Where(task => task.StoppedReason?.Contains("health check", StringComparison.OrdinalIgnoreCase) == true)
            .ToList();
        return unwell.Count >= MostEnds ? new(unwell[0].StoppedReason!, unwell[0].StreamOf(exposed)) : null;
    }

    public async Task<IReadOnlyDictionary<string, string>> DigestsAsync(CancellationToken cancellationToken) =>
        (await ReadAsync("RUNNING", cancellationToken))
            .SelectMany(task => task.Containers)
            .Where(container => !string.IsNullOrEmpty(container.ImageDigest))
            .DistinctBy(container => container.Name)
            .ToDictionary(container => container.Name, container => container.ImageDigest!);

    /// <summary>Those that run or are to, and those that ECS still knows of.</summary>
    public async Task<IReadOnlyList<EcsTask>> ReadAllAsync(CancellationToken cancellationToken) =>
        [.. await ReadAsync("RUNNING", cancellationToken), .. await ReadAsync("STOPPED", cancellationToken)];

    private async Task<IReadOnlyList<EcsTask>> ReadAsync(string status, CancellationToken cancellationToken)
    {
        var listed = await ecs.CallAsync<Listed>(
            "ListTasks", new { cluster, serviceName = service, family, desiredStatus = status, maxResults = 100 }, cancellationToken)
            .OrNullAsync("ClusterNotFoundException");
        return listed is null or { TaskArns.Count: 0 }
            ? []
            : (await ecs.CallAsync<Described>("DescribeTasks", new { cluster, tasks = listed.TaskArns }, cancellationToken)).Tasks;
    }
}

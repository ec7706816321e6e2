using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <param name="Stream">Of the container that failed, behind the log's prefix; null where none did.</param>
internal sealed record TaskFailure(string Reason, string? Stream);

/// <summary>The tasks of one service.</summary>
internal sealed class EcsTasks(AwsClient ecs, EcsServiceSpec spec)
{
    /// <summary>A container may end once, when what it needs is not there yet.</summary>
    private const int MostEnds = 2;

    private sealed record Container(string Name, int? ExitCode, string? Reason, string? ImageDigest);

    private sealed record Task(
        string TaskArn, string? StartedBy, string? StopCode, string? StoppedReason, IReadOnlyList<Container> Containers);

    private sealed record Listed(IReadOnlyList<string> TaskArns);

    private sealed record Described(IReadOnlyList<Task> Tasks);

    /// <summary>Why the deployment cannot come to a good end; null as long as it may.</summary>
    /// <param name="deployment">Which started the tasks that count.</param>
    public async Task<TaskFailure?> FindFailureAsync(string deployment, CancellationToken cancellationToken)
    {
        var failed = (await ReadAsync("STOPPED", cancellationToken)).Where(task => task.StartedBy == deployment).ToList();
        if (failed.FirstOrDefault(task => task.StopCode == "TaskFailedToStart") is { } unstarted)
        {
            var reason = unstarted.Containers.Select(container => container.Reason).FirstOrDefault(reason => !string.IsNullOrEmpty(reason));
            return new(reason ?? unstarted.StoppedReason ?? "a task failed to start", null);
        }

        var ended = failed.Where(task => task.StopCode == "EssentialContainerExited").ToList();
        if (ended.Count >= MostEnds)
        {
            var container = ended[0].Containers.FirstOrDefault(each => each.ExitCode is not (null or 0)) ?? ended[0].Containers[0];
            var code = container.ExitCode is { } number ? $"exited with code {number}, and again after a restart" : ended[0].StoppedReason;
            var detail = string.IsNullOrEmpty(container.Reason) ? "" : $" ({container.Reason})";
            return new($"{container.Name} {code}{detail}", StreamOf(container.Name, ended[0]));
        }

        var unwell = failed
            .Where(task => task.StoppedReason?.Contains("health check", StringComparison.OrdinalIgnoreCase) == true)
            .ToList();
        return unwell.Count >= MostEnds ? new(unwell[0].StoppedReason!, StreamOf(spec.Container, unwell[0])) : null;
    }

    public async Task<IReadOnlyDictionary<string, string>> DigestsAsync(CancellationToken cancellationToken) =>
        (await ReadAsync("RUNNING", cancellationToken))
            .SelectMany(task => task.Containers)
            .Where(container => !string.IsNullOrEmpty(container.ImageDigest))
            .DistinctBy(container => container.Name)
            .ToDictionary(container => container.Name, container => container.ImageDigest!);

    private static string StreamOf(string container, Task task) => $"{container}/{task.TaskArn[(task.TaskArn.LastIndexOf('/') + 1)..]}";

    private async Task<IReadOnlyList<Task>> ReadAsync(string status, CancellationToken cancellationToken)
    {
        var listed = await ecs.CallAsync<Listed>(
            "ListTasks", new { cluster = spec.Cluster, serviceName = spec.Name, desiredStatus = status, maxResults = 100 },
            cancellationToken);
        return listed.TaskArns.Count == 0
            ? []
            : (await ecs.CallAsync<Described>("DescribeTasks", new { cluster = spec.Cluster, tasks = listed.TaskArns },
                cancellationToken)).Tasks;
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>
/// A task that runs once, to its end. It has a family of definitions of its own, whose first one carries its marks, when it was last asked
/// for, and how it ended: ECS itself forgets a task an hour after that.
/// </summary>
/// <param name="Definition">Of one container.</param>
internal sealed record JobSpec(
    AwsPlace At, TaskDefinitionSpec Definition, string Cluster, IReadOnlyList<string> Subnets, string SecurityGroup) : IPlacedSpec<JobState>
{
    public string Name => Definition.Name;

    public string Identity => Name;
}

internal sealed record JobState(string End);

internal sealed class JobHandler(AwsAccess access, TimeProvider clock) : AwsObjectHandler<JobSpec, JobState>(access, AwsService.Ecs), ILogSource
{
    private const string RequestedTag = "caastle.requested";
    private const string EndTag = "caastle.end";

    /// <summary>A task that was asked for so long ago and is not there may have run and be forgotten.</summary>
    private static readonly TimeSpan CertainFor = TimeSpan.FromMinutes(30);

    /// <summary>What ECS says where no machine has what a task needs; what it says besides, as of an agent that is away, passes.</summary>
    private static readonly string[] Hopeless = ["RESOURCE:", "ATTRIBUTE"];

    private sealed record Placement(string? Reason);

    private sealed record Run(IReadOnlyList<EcsTask> Tasks, IReadOnlyList<Placement>? Failures);

    public override string Kind => "ecs/job";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ecs:DeleteTaskDefinitions", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks",
        "ecs:ListTaskDefinitions", "ecs:ListTasks", "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:StopTask", "ecs:TagResource",
        "ecs:UntagResource", "iam:PassRole", "logs:FilterLogEvents", "logs:GetLogEvents",
    ];

    public override async Task<Observation<JobState>> ReadAsync(JobSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        var family = new TaskFamily(ecs, spec.Name);
        if (await family.ListAsync(cancellationToken) is not [var definition, ..])
        {
            var tasks = await TasksOf(ecs, spec).ReadAllAsync(cancellationToken);
            return tasks.All(task => task.HasStopped) ? Observation.Absent<JobState>()
                : tasks.All(task => task.IsToStop) ? Observation.InProgress<JobState>("stopping")
                : Observation.Failed<JobState>("it runs, but what would tell how it ends, its task definition, is gone");
        }

        var tags = await family.TagsAsync(definition, cancellationToken);
        if (!call.Marks.OwnsTags(tags))
        {
            return Foreign(spec);
        }

        if (tags.TryGetValue(EndTag, out var end))
        {
            return await JudgeAsync(spec, JobEnd.Parse(end), cancellationToken);
        }

        if (await FindTaskAsync(ecs, spec, cancellationToken) is { } task)
        {
            // It is followed, by whoever began to and by whoever comes after.
            return Observation.InProgress<JobState>(task.LastStatus.ToLowerInvariant()) with { NeedsCreate = true };
        }

        var age = tags.TryGetValue(RequestedTag, out var requested) ? clock.GetUtcNow() - Moment(requested) : (TimeSpan?)null;
        return age > CertainFor
            ? Observation.Failed<JobState>($"whether it ran is not known: it was started at {requested}, and ECS has no record of it any more")
            : age < SettlesWithin
                ? Observation.InProgress<JobState>("waiting for it to appear")
                : Observation.InProgress<JobState>("not yet started") with { NeedsCreate = true };
    }

    /// <summary>
    /// Starts the task unless it was, reports what it writes until it ends, which takes as long as it takes, and notes how that was.
    /// </summary>
    public override async Task CreateAsync(JobSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Abandoned);
        var ecs = await ClientAsync(spec, cancellationToken);
        var family = new TaskFamily(ecs, spec.Name);
        var definition = await family.ListAsync(cancellationToken) is [var first, ..]
            ? first
            : await family.RegisterAsync(spec.Definition, call.Marks, cancellationToken);
        var task = await FindTaskAsync(ecs, spec, cancellationToken);
        if (task is not null)
        {
            call.Log.Report("It runs already. What it has written, from the beginning:");
        }
        else if ((await family.TagsAsync(definition, cancellationToken)).ContainsKey(RequestedTag))
        {
            // Either the request got lost, or its task is not to be seen: the next read tells.
            await StartAsync(ecs, spec, definition, call.Marks, cancellationToken);
            return;
        }
        else
        {
            await TagAsync(ecs, definition, RequestedTag, Moment(clock.GetUtcNow()), cancellationToken);
            task = await StartAsync(ecs, spec, definition, call.Marks, cancellationToken);
        }

        var log = await LogAsync(spec, cancellationToken);
        await foreach (var line in log.ReadAsync(new(Follow: true, Since: DateTimeOffset.UnixEpoch), either.Token, HasEndedAsync))
        {
            call.Log.Report(line.Text);
        }

        await TagAsync(ecs, definition, EndTag, JobEnd.Of(task).ToString(), cancellationToken);

        async Task<bool> HasEndedAsync()
        {
            // A task that cannot be seen any more has not ended well: the next read tells.
            task = await FindTaskAsync(ecs, spec, either.Token)
                ?? throw new CloudException(CloudFault.Busy, $"ECS does not show the task of {spec.Name}.");
            return task.HasStopped;
        }
    }

    public override async Task DeleteAsync(JobSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        foreach (var task in (await TasksOf(ecs, spec).ReadAllAsync(cancellationToken)).Where(task => !task.HasStopped))
        {
            await ecs.CallAsync(
                "StopTask",
                new { cluster = spec.Cluster, task = task.TaskArn, reason = "It is not wanted any more." },
                cancellationToken);
        }

        await new TaskFamily(ecs, spec.Name).DeleteAsync(cancellationToken);
    }

    public IAsyncEnumerable<LogLine> ReadLogsAsync(ICloudObjectSpec spec, LogQuery query, CancellationToken cancellationToken) =>
        ReadLogsAsync((JobSpec)spec, query, cancellationToken);

    private async IAsyncEnumerable<LogLine> ReadLogsAsync(
        JobSpec spec, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (query.Previous)
        {
            yield break;
        }

        await foreach (var line in (await LogAsync(spec, cancellationToken)).ReadAsync(query, cancellationToken))
        {
            yield return line;
        }
    }

    private static async Task<EcsTask> StartAsync(
        AwsClient ecs, JobSpec spec, string definition, Marks marks, CancellationToken cancellationToken)
    {
        var token = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{spec.Name} {marks.Operation}")))[..32];
        var run = await ecs.CallAsync<Run>(
            "RunTask",
            new
            {
                cluster = spec.Cluster,
                taskDefinition = definition,
                count = 1,
                launchType = spec.Definition.OnMachines ? "EC2" : "FARGATE",
                networkConfiguration = spec.Definition.OnMachines ? null : EcsNetwork.Of(spec.Subnets, spec.SecurityGroup),
                // The same each time that the same is asked for.
                clientToken = token,
                startedBy = token,
                enableECSManagedTags = true,
                tags = AwsTags.Small(marks, spec.Name),
            },
            cancellationToken);
        if (run.Tasks is [var task, ..])
        {
            return task;
        }

        await ecs.CallAsync("UntagResource", new { resourceArn = definition, tagKeys = (string[])[RequestedTag] }, cancellationToken);
        var reason = run.Failures is [var failure, ..] ? failure.Reason ?? "" : "";
        throw Hopeless.Any(word => reason.StartsWith(word, StringComparison.Ordinal))
            ? new CloudException(CloudFault.Refused, $"ECS cannot place the task: no machine has what it needs ({reason}). {EcsHappening.Advice}.")
            : new CloudException(CloudFault.Busy, $"ECS cannot place the task: {(reason.Length > 0 ? reason : "it gives no reason")}.");
    }

    private async Task<Observation<JobState>> JudgeAsync(JobSpec spec, JobEnd end, CancellationToken cancellationToken)
    {
        if (end.Code == 0)
        {
            return Observation.Ready(new JobState(end.ToString()), "succeeded");
        }

        var container = spec.Definition.Containers[0].Name;
        var lines = await LogReader.LastLinesAsync(
            await ClientAsync(AwsService.Logs, spec, cancellationToken),
            spec.Definition.LogGroup,
            $"{spec.Definition.LogPrefix}/{container}/{end.Task}",
            cancellationToken);
        return Observation.Failed<JobState>(end.Reason, lines) with { ExitCode = end.Code };
    }

    private static EcsTasks TasksOf(AwsClient ecs, JobSpec spec) => new(ecs, spec.Cluster, family: spec.Name);

    private static async Task<EcsTask?> FindTaskAsync(AwsClient ecs, JobSpec spec, CancellationToken cancellationToken) =>
        await TasksOf(ecs, spec).ReadAllAsync(cancellationToken) is [var task, ..] ? task : null;

    private async Task<LogReader> LogAsync(JobSpec spec, CancellationToken cancellationToken) => new(
        await ClientAsync(AwsService.Logs, spec, cancellationToken),
        spec.Definition.LogGroup,
        $"{spec.Definition.LogPrefix}/",
        clock);

    private static Task TagAsync(AwsClient ecs, string definition, string key, string value, CancellationToken cancellationToken) =>
        ecs.CallAsync("TagResource", new { resourceArn = definition, tags = (object[])[new { key, value }] }, cancellationToken);

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>How a job ended, in the characters that the value of a tag may have.</summary>
/// <param name="Task">The last part of its ARN, which names its log.</param>
/// <param name="Code">Null where the command ended without one, or never began.</param>
internal sealed record JobEnd(string Task, int? Code, string Reason)
{
    private const int LongestTag = 256;
    private const string AllowedInTags = " +-=._:/@";

    public static JobEnd Of(EcsTask task)
    {
        var container = task.Containers[0];
        var reason = task.StartFailure
            ?? (container.ExitCode is { } code ? $"exited with code {code}" : task.StoppedReason ?? "stopped without a reason");
        var detail = string.IsNullOrEmpty(container.Reason) || task.StartFailure is not null ? "" : $": {container.Reason}";
        return new(task.TaskArn[(task.TaskArn.LastIndexOf('/') + 1)..], task.StartFailure is null ? container.ExitCode : null, reason + detail);
    }

    public static JobEnd Parse(string text) => text.Split('/', 3) is [var task, var code, var reason]
        ? new(task, int.TryParse(code, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null, reason)
        : new("", null, text);

    public override string ToString()
    {
        var text = $"{Task}/{Code?.ToString(CultureInfo.InvariantCulture) ?? "-"}/{Reason}";
        var allowed = new string([.. text.Select(c => char.IsLetterOrDigit(c) || AllowedInTags.Contains(c, StringComparison.Ordinal) ? c : ' ')]);
        return allowed[..Math.Min(allowed.Length, LongestTag)].TrimEnd();
    }
}

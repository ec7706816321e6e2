using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>A container whose command runs once, to its end.</summary>
internal sealed record JobSpec(ContainerSpec Container) : ICloudObjectSpec<JobState>
{
    public string Identity => Container.Name;
}

internal sealed record JobState(string Id, DateTimeOffset EndedAt);

internal sealed class JobHandler(DockerClient docker, TimeProvider clock) : CloudObjectHandler<JobSpec, JobState>, ILogSource
{
    private readonly ContainerMaker maker = new(docker);

    public override string Kind => "docker/job";

    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(1);

    public override async Task<Observation<JobState>> ReadAsync(JobSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await FindAsync(spec, cancellationToken);
        if (found is null)
        {
            return Observation.Absent<JobState>();
        }

        if (!call.Marks.Owns(found.Config.Labels))
        {
            return Observation.Foreign<JobState>($"a Docker container named {spec.Container.Name} that something else made");
        }

        return found.State switch
        {
            { Status: "removing" } => Observation.InProgress<JobState>("removing"),
            { Status: "exited", ExitCode: 0 } => Observation.Ready(new JobState(found.Id, found.State.FinishedAt), "succeeded"),
            { Status: "exited" or "dead" } or { Status: "created", Error.Length: > 0 } => await FailedAsync(found, cancellationToken),

            // What runs is followed, by whoever began to and by whoever comes after.
            _ => Observation.InProgress<JobState>(found.State.Status) with { NeedsCreate = true },
        };
    }

    /// <summary>Runs the command and reports what it writes until it ends, which takes as long as it takes; or goes on with reporting.</summary>
    public override async Task CreateAsync(JobSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Abandoned);
        var found = await FindAsync(spec, cancellationToken);
        if (found is null)
        {
            await maker.CreateAsync(spec.Container, ContainerMaker.NeverRestart, call, cancellationToken);
        }

        if (found is not null and not { State.Status: "created" })
        {
            call.Log.Report("It runs already. What it has written, from the beginning:");
        }
        else if (!await StartAsync(spec, cancellationToken))
        {
            return;
        }

        await foreach (var line in docker.ReadLogAsync(spec.Container.Name, new(Follow: true), either.Token))
        {
            call.Log.Report(line.Text);
        }

        // The log ends a moment before the container.
        await docker.PostAsync($"containers/{spec.Container.Name}/wait", body: null, either.Token);
    }

    public override Task DeleteAsync(JobSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        maker.RemoveAsync(spec.Container, cancellationToken);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(ICloudObjectSpec spec, LogQuery query, CancellationToken cancellationToken) =>
        docker.ReadLogAsync(((JobSpec)spec).Container.Name, query, cancellationToken);

    private Task<ContainerInspection?> FindAsync(JobSpec spec, CancellationToken cancellationToken) =>
        docker.FindAsync<ContainerInspection>($"containers/{spec.Container.Name}/json", cancellationToken);

    /// <returns>False when the command cannot be started, which the container says from then on.</returns>
    private async Task<bool> StartAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        try
        {
            await maker.StartNewAsync(spec.Container, cancellationToken);
            return true;
        }
        catch (CloudException e) when (e.Fault == CloudFault.Refused)
        {
            if (await FindAsync(spec, cancellationToken) is { State.Error.Length: > 0 })
            {
                return false;
            }

            throw;
        }
    }

    private async Task<Observation<JobState>> FailedAsync(ContainerInspection found, CancellationToken cancellationToken)
    {
        var (reason, exitCode) = await docker.DescribeEndAsync(found, clock, cancellationToken);
        return await docker.FailedAsync<JobState>(found, reason, cancellationToken) with { ExitCode = exitCode };
    }
}

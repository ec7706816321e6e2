using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

internal sealed class ContainerHandler(DockerClient docker, TimeProvider clock)
    : CloudObjectHandler<ContainerSpec, ContainerState>, ILogSource
{
    /// <summary>A container that has crashed is trusted again when it has been well for so long.</summary>
    private static readonly TimeSpan TrustedAfter = TimeSpan.FromSeconds(10);

    /// <summary>A container without a check is taken for one that works when it has run for so long.</summary>
    private static readonly TimeSpan RunsFor = TimeSpan.FromSeconds(1);

    /// <summary>How long a container that is stopped may take to finish what it does.</summary>
    private static readonly TimeSpan FinishesWithin = TimeSpan.FromMinutes(1);

    private static readonly JsonSerializerOptions WithValues = new() { Converters = { new RevealingConverter() } };

    private readonly ReadinessProbe probe = new(docker, clock);
    private readonly ContainerMaker maker = new(docker);

    public override string Kind => "docker/container";

    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(1);

    public override async Task<Observation<ContainerState>> ReadAsync(
        ContainerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await FindAsync(spec.Name, cancellationToken);
        if (found is null)
        {
            return Observation.Absent<ContainerState>();
        }

        if (!call.Marks.Owns(found.Config.Labels))
        {
            return Observation.Foreign<ContainerState>($"a Docker container named {spec.Name} that something else made");
        }

        var (status, isStopped) = (found.State.Status, IsStopped(found));
        return (status, spec.IsStopped) switch
        {
            ("removing", _) => Observation.InProgress<ContainerState>(status),
            ("created" or "exited", true) when isStopped => await ReadyAsync(spec, found, "stopped", cancellationToken),
            (_, true) => Observation.InProgress<ContainerState>(status) with { NeedsCreate = true },
            ("created", _) => Observation.InProgress<ContainerState>(status) with { NeedsCreate = true },
            _ when isStopped => Observation.InProgress<ContainerState>("stopped") with { NeedsCreate = true },
            ("running" or "exited", _) when await HasLostNetworkAsync(spec, found, cancellationToken) =>
                Observation.InProgress<ContainerState>($"without a network since {spec.NetworkOwner} ended") with { NeedsCreate = true },
            ("running", _) => await JudgeRunningAsync(spec, found, cancellationToken),
            ("exited", _) when found.State.Error is not { Length: > 0 } => await LeftAsync(found, cancellationToken),
            ("restarting" or "exited" or "dead", _) => await EndedAsync(found, cancellationToken),
            _ => Observation.InProgress<ContainerState>(status),
        };
    }

    public override async Task CreateAsync(ContainerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await FindAsync(spec.Name, cancellationToken);
        if (found is null)
        {
            await maker.CreateAsync(
                spec, spec.IsStopped ? ContainerMaker.NeverRestart : ContainerMaker.KeepRunning, call, cancellationToken);
        }

        if (spec.IsStopped)
        {
            await StopAsync(spec, found, cancellationToken);
        }
        else if (found is null or { State.Status: "created" })
        {
            await maker.StartNewAsync(spec, cancellationToken);
        }
        else if (found.State.Status == "running" && await HasLostNetworkAsync(spec, found, cancellationToken))
        {
            await docker.PostAsync($"containers/{spec.Name}/restart", body: null, cancellationToken);
        }
        else
        {
            await maker.StartAsync(spec, cancellationToken);
        }

        if (!spec.IsStopped && found is not null && IsStopped(found))
        {
            await MarkAsync(spec, ContainerMaker.KeepRunning, cancellationToken);
        }
    }

    /// <summary>Whether it runs is all that can be changed.</summary>
    public override bool CanChange(ContainerSpec from, ContainerSpec to) => Canonical(from) == Canonical(to);

    public override Task DeleteAsync(ContainerSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        maker.RemoveAsync(spec, cancellationToken);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(ICloudObjectSpec spec, LogQuery query, CancellationToken cancellationToken) =>
        docker.ReadLogAsync(((ContainerSpec)spec).Name, query, cancellationToken);

    private Task<ContainerInspection?> FindAsync(string name, CancellationToken cancellationToken) =>
        docker.FindAsync<ContainerInspection>($"containers/{name}/json", cancellationToken);

    /// <summary>
    /// Whether the container was stopped by us. It then restarts no more, which is how it is told from one that ended by itself: that
    /// says so even if we die between marking and stopping it.
    /// </summary>
    private static bool IsStopped(ContainerInspection found) => found.HostConfig.RestartPolicy.Name == ContainerMaker.NeverRestart;

    private Task MarkAsync(ContainerSpec spec, string restartPolicy, CancellationToken cancellationToken) => docker.PostAsync(
        $"containers/{spec.Name}/update", new { RestartPolicy = new { Name = restartPolicy } }, cancellationToken);

    private async Task StopAsync(ContainerSpec spec, ContainerInspection? found, CancellationToken cancellationToken)
    {
        if (found is null)
        {
            return;
        }

        await MarkAsync(spec, ContainerMaker.NeverRestart, cancellationToken);
        await docker.PostAsync(
            DockerClient.Path(
                $"containers/{spec.Name}/stop", ("t", FinishesWithin.TotalSeconds.ToString(CultureInfo.InvariantCulture))),
            body: null,
            cancellationToken);
    }

    private async Task<Observation<ContainerState>> JudgeRunningAsync(
        ContainerSpec spec, ContainerInspection found, CancellationToken cancellationToken)
    {
        var state = await StateOfAsync(spec, found, cancellationToken);
        var running = clock.GetUtcNow() - found.State.StartedAt;
        if (spec.Readiness is null && running < RunsFor && found.RestartCount == 0)
        {
            return Observation.InProgress("started", state);
        }

        var fault = spec.Readiness is null ? null : await probe.FindFaultAsync(spec.Readiness, state, cancellationToken);
        if (fault is null)
        {
            var restarts = found.RestartCount == 1 ? "once" : $"{found.RestartCount} times";
            return found.RestartCount switch
            {
                0 => await ReadyAsync(spec, found, "running", cancellationToken),
                _ when running >= TrustedAfter => await ReadyAsync(spec, found, $"running, restarted {restarts}", cancellationToken),
                _ => Observation.InProgress("running again after a crash", state),
            };
        }

        if (found.RestartCount > 0)
        {
            return await EndedAsync(found, cancellationToken);
        }

        var period = spec.Readiness!.StartPeriod;
        return running > period
            ? await docker.FailedAsync<ContainerState>(
                found,
                string.Create(CultureInfo.InvariantCulture, $"runs, but is not ready {period.TotalSeconds:0} s after its start: {fault}"),
                cancellationToken)
            : Observation.InProgress(fault, state);
    }

    /// <summary>
    /// Docker starts whatever ends again, unless somebody else has stopped it, or the engine was killed while it ran: then it leaves it as it is.
    /// </summary>
    private async Task<Observation<ContainerState>> LeftAsync(ContainerInspection found, CancellationToken cancellationToken)
    {
        var (reason, _) = await docker.DescribeEndAsync(found, clock, cancellationToken);
        return Observation.InProgress<ContainerState>($"{reason}, and is not started again") with { NeedsCreate = true };
    }

    private async Task<Observation<ContainerState>> EndedAsync(ContainerInspection found, CancellationToken cancellationToken)
    {
        var (reason, _) = await docker.DescribeEndAsync(found, clock, cancellationToken);
        return await docker.FailedAsync<ContainerState>(found, reason, cancellationToken);
    }

    /// <summary>
    /// A container goes on without a network when the one whose network it shares ends: that one has another when it runs again, which only
    /// who starts after it shares. And when Docker's engine starts both at once, one of them may be too early.
    /// </summary>
    private async Task<bool> HasLostNetworkAsync(ContainerSpec spec, ContainerInspection found, CancellationToken cancellationToken)
    {
        if (spec.NetworkOwner is not { } name)
        {
            return false;
        }

        return found.State.Status == "exited"
            ? found.State.Error?.Contains("cannot join network", StringComparison.Ordinal) == true
            : await FindAsync(name, cancellationToken) is not { State.Status: "running" } owner || owner.State.StartedAt > found.State.StartedAt;
    }

    /// <summary>What a container was made by, but for what can be changed, as one text that is equal if all of that is.</summary>
    private static string Canonical(ContainerSpec spec) => JsonSerializer.Serialize(spec with { IsStopped = false }, WithValues);

    private async Task<Observation<ContainerState>> ReadyAsync(
        ContainerSpec spec, ContainerInspection found, string word, CancellationToken cancellationToken)
    {
        var state = await StateOfAsync(spec, found, cancellationToken);
        return Observation.Ready(state with { Image = await ReferToImageAsync(spec, found, cancellationToken) }, word);
    }

    /// <summary>
    /// What means the container's image for ever: the tag of one that was built, for no other build gets it; the digest that its registry
    /// knows it by; else its id, by which this machine knows it.
    /// </summary>
    private async Task<string> ReferToImageAsync(ContainerSpec spec, ContainerInspection found, CancellationToken cancellationToken)
    {
        if (spec.ImageIsBuilt)
        {
            return spec.Image;
        }

        var repository = ImageReference.Parse(spec.Image).Repository;
        var digests = (await docker.FindAsync<ImageInspection>($"images/{found.Image}/json", cancellationToken))?.RepoDigests ?? [];
        return digests is []
            ? found.Image
            : digests.FirstOrDefault(digest => digest == repository || digest.StartsWith($"{repository}@", StringComparison.Ordinal)) ?? digests[0];
    }

    private async Task<ContainerState> StateOfAsync(ContainerSpec spec, ContainerInspection found, CancellationToken cancellationToken)
    {
        var network = spec.NetworkOwner is { } owner ? await FindAsync(owner, cancellationToken) : found;
        var address = network?.NetworkSettings.Networks?.Values.FirstOrDefault()?.IPAddress;
        return new(found.Id, found.Image, address is { Length: > 0 } ? address : null, network?.HostPorts ?? [], found.State.StartedAt);
    }

    private sealed class RevealingConverter : JsonConverter<Value>
    {
        public override Value Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Reveal());
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Docker;

namespace CaaStle.Clouds.Local.Objects;

internal sealed class ContainerHandler(DockerClient docker, TimeProvider clock)
    : CloudObjectHandler<ContainerSpec, ContainerState>, ILogSource
{
    /// <summary>How many log lines tell why a container failed.</summary>
    private const int LastLines = 20;

    /// <summary>A container that has crashed is trusted again when it has been well for so long.</summary>
    private static readonly TimeSpan TrustedAfter = TimeSpan.FromSeconds(10);

    /// <summary>How late the engine may date a line. It waits longer than that before it starts a container again.</summary>
    private static readonly TimeSpan LogDelay = TimeSpan.FromMilliseconds(90);

    private static readonly string[] PortIsTaken = ["port is already allocated", "address already in use"];

    private readonly ReadinessProbe probe = new(docker, clock);

    public override string Kind => "docker/container";

    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(1);

    public override async Task<Observation<ContainerState>> ReadAsync(
        ContainerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await FindAsync(spec, cancellationToken);
        if (found is null)
        {
            return Observation.Absent<ContainerState>();
        }

        if (!call.Marks.Owns(found.Config.Labels))
        {
            return Observation.Foreign<ContainerState>($"a Docker container named {spec.Name} that something else made");
        }

        return found.State.Status switch
        {
            "created" => Observation.InProgress<ContainerState>("created") with { NeedsCreate = true },
            "running" => await JudgeRunningAsync(spec, found, cancellationToken),
            "restarting" or "exited" or "dead" => await FailedAsync(found, await DescribeEndAsync(found, cancellationToken), cancellationToken),
            var status => Observation.InProgress(status, StateOf(found, spec)),
        };
    }

    public override async Task CreateAsync(ContainerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec, cancellationToken) is null)
        {
            await EnsureImageAsync(spec, call, cancellationToken);
            await docker.PostAsync(
                DockerClient.Path("containers/create", ("name", spec.Name)), CreateRequest(spec, call.Marks), cancellationToken);
        }

        try
        {
            await docker.PostAsync($"containers/{spec.Name}/start", body: null, cancellationToken);
        }
        catch (CloudException e) when (PortIsTaken.Any(e.Message.Contains) && spec.Ports.All(port => port.HostPort is null))
        {
            // Something took the port since it was found free: the next attempt takes another.
            await DeleteAsync(spec, call, cancellationToken);
            throw new CloudException(CloudFault.Busy, e.Message, e) { Code = e.Code };
        }
        catch (CloudException e) when (e.Code == "500" && !e.Message.Contains("containerd", StringComparison.Ordinal))
        {
            // What Docker's runtime or network refuses once, it refuses again.
            throw new CloudException(CloudFault.Refused, e.Message, e) { Code = e.Code };
        }
    }

    public override async Task DeleteAsync(ContainerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        try
        {
            if (spec.Mounts.Count > 0)
            {
                // Whatever writes to a volume gets Docker's ten seconds to finish.
                await docker.PostAsync($"containers/{spec.Name}/stop", body: null, cancellationToken);
            }

            // With the volumes that have no name; a named one is an object of its own and stays.
            await docker.DeleteAsync(DockerClient.Path($"containers/{spec.Name}", ("force", "true"), ("v", "true")), cancellationToken);
        }
        catch (CloudException e) when (e.Code == "404" || (e.Code == "409" && e.Message.Contains("already in progress", StringComparison.Ordinal)))
        {
        }
    }

    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        ICloudObjectSpec spec, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = ((ContainerSpec)spec).Name;
        var path = DockerClient.Path(
            $"containers/{name}/logs",
            ("stdout", "true"),
            ("stderr", "true"),
            ("timestamps", "true"),
            ("follow", query.Follow ? "true" : null),
            ("tail", query.Tail?.ToString(CultureInfo.InvariantCulture)),
            ("since", query.Since is { } since ? DockerClient.Moment(since) : null));
        using var response = await docker.OpenAsync(HttpMethod.Get, path, body: null, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in LogStream.ReadLinesAsync(stream, cancellationToken))
        {
            var (at, text) = LogStream.SplitTimestamp(line);
            yield return new(at, name, text);
        }
    }

    private Task<ContainerInspection?> FindAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        docker.FindAsync<ContainerInspection>($"containers/{spec.Name}/json", cancellationToken);

    private async Task<Observation<ContainerState>> JudgeRunningAsync(
        ContainerSpec spec, ContainerInspection found, CancellationToken cancellationToken)
    {
        var state = StateOf(found, spec);
        var fault = await probe.FindFaultAsync(spec.Readiness, state, cancellationToken);
        var running = clock.GetUtcNow() - found.State.StartedAt;
        if (fault is null)
        {
            if (found.RestartCount == 0)
            {
                return Observation.Ready(state, "running");
            }

            return running >= TrustedAfter
                ? Observation.Ready(state, $"running, restarted {(found.RestartCount == 1 ? "once" : $"{found.RestartCount} times")}")
                : Observation.InProgress("running again after a crash", state);
        }

        if (found.RestartCount > 0)
        {
            return await FailedAsync(found, await DescribeEndAsync(found, cancellationToken), cancellationToken);
        }

        var period = spec.Readiness.StartPeriod;
        return running > period
            ? await FailedAsync(
                found,
                string.Create(CultureInfo.InvariantCulture, $"runs, but is not ready {period.TotalSeconds:0} s after its start: {fault}"),
                cancellationToken)
            : Observation.InProgress(fault, state);
    }

    private async Task<Observation<ContainerState>> FailedAsync(ContainerInspection found, string reason, CancellationToken cancellationToken) =>
        Observation.Failed<ContainerState>(reason, await ReadLastLinesAsync(found, cancellationToken));

    /// <summary>Why the container ended last. One that runs again has forgotten that; the engine's events have not.</summary>
    private async Task<string> DescribeEndAsync(ContainerInspection found, CancellationToken cancellationToken)
    {
        var (outOfMemory, exitCode) = (found.State.OOMKilled, found.State.ExitCode);
        var path = DockerClient.Path(
            "events",
            ("since", DockerClient.Moment(found.Created)),
            ("until", DockerClient.Moment(clock.GetUtcNow())),
            ("filters", DockerClient.Filters(("type", "container"), ("container", found.Id), ("event", "die"), ("event", "oom"))));
        await foreach (var happened in docker.StreamAsync<EngineEvent>(HttpMethod.Get, path, content: null, cancellationToken))
        {
            outOfMemory |= happened.Action == "oom";
            if (found.State.Status == "running" && happened.Actor.Attributes?.GetValueOrDefault("exitCode") is { } code)
            {
                exitCode = int.Parse(code, CultureInfo.InvariantCulture);
            }
        }

        var end = (outOfMemory, found.HostConfig.Memory) switch
        {
            (true, > 0) => $"killed: out of memory (limit {found.HostConfig.Memory >> 20} MB)",
            (true, _) => "killed: out of memory",
            _ => $"exited with code {exitCode}",
        };
        return found.RestartCount > 0 ? $"{end}, and again after {(found.RestartCount == 1 ? "a restart" : $"{found.RestartCount} restarts")}" : end;
    }

    private async Task<IReadOnlyList<string>> ReadLastLinesAsync(ContainerInspection found, CancellationToken cancellationToken)
    {
        // A container that was started again since may have written more, which is not why it ended.
        var hasEnded = found.RestartCount > 0 || found.State.Status != "running";
        var until = hasEnded && found.State.FinishedAt > found.Created ? found.State.FinishedAt + LogDelay : (DateTimeOffset?)null;
        var path = DockerClient.Path(
            $"containers/{found.Id}/logs",
            ("stdout", "true"),
            ("stderr", "true"),
            ("timestamps", "true"),
            ("until", until is { } end ? DockerClient.Moment(end) : null),
            ("tail", LastLines.ToString(CultureInfo.InvariantCulture)));
        var lines = new List<(DateTimeOffset? At, string Text)>();
        using var response = await docker.OpenAsync(HttpMethod.Get, path, body: null, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in LogStream.ReadLinesAsync(stream, cancellationToken))
        {
            lines.Add(LogStream.SplitTimestamp(line));
        }

        return [.. lines.OrderBy(line => line.At).Select(line => line.Text)];
    }

    private async Task EnsureImageAsync(ContainerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var image = ImageReference.Parse(spec.Image);
        if (!spec.ImageIsBuilt)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Abandoned);
            await docker.PullMissingAsync(image, call.Log, either.Token);
        }
        else if (await docker.FindImageAsync(image, cancellationToken) is null)
        {
            throw new CloudException(
                CloudFault.Refused,
                $"The image {image} is not on this machine any more. Build it again: `cld container delete NAME`, then `cld container create NAME local`.");
        }
    }

    private static object CreateRequest(ContainerSpec spec, Marks marks) => new
    {
        spec.Image,
        Hostname = spec.Alias,
        Env = spec.Variables.Select(variable => $"{variable.Key}={variable.Value.Reveal()}"),
        Entrypoint = spec.Entrypoint.Count > 0 ? spec.Entrypoint : null,
        Cmd = spec.Command.Count > 0 ? spec.Command : null,
        Labels = marks.ToLabels(),
        ExposedPorts = spec.Ports.ToDictionary(port => $"{port.ContainerPort}/tcp", _ => new object()),
        HostConfig = new
        {
            NetworkMode = spec.Network,
            RestartPolicy = new { Name = "unless-stopped" },
            PortBindings = spec.Ports.ToDictionary(port => $"{port.ContainerPort}/tcp", port => new[] { Binding(port) }),
            Mounts = spec.Mounts.Select(mount => new { Type = "volume", Source = mount.Volume, Target = mount.Path }),
            Memory = (spec.MemoryMegabytes ?? 0L) << 20,
            MemorySwap = (spec.MemoryMegabytes ?? 0L) << 20,
            NanoCpus = (spec.CpuShares ?? 0L) * 1_000_000_000 / 1024,
        },
        NetworkingConfig = new
        {
            EndpointsConfig = new Dictionary<string, object> { [spec.Network] = new { Aliases = new[] { spec.Alias } } },
        },
    };

    private static PortBinding Binding(PublishedPort port) =>
        new("127.0.0.1", (port.HostPort ?? FindFreePort()).ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Docker could choose one itself, but would choose another whenever the container starts again.
    /// </summary>
    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static ContainerState StateOf(ContainerInspection found, ContainerSpec spec)
    {
        var hostPorts = new Dictionary<int, int>();
        foreach (var (port, bindings) in found.NetworkSettings.Ports ?? new Dictionary<string, IReadOnlyList<PortBinding>?>())
        {
            if (bindings is [var binding, ..])
            {
                hostPorts[int.Parse(port[..port.IndexOf('/', StringComparison.Ordinal)], CultureInfo.InvariantCulture)] =
                    int.Parse(binding.HostPort, CultureInfo.InvariantCulture);
            }
        }

        var endpoint = found.NetworkSettings.Networks?.GetValueOrDefault(spec.Network);
        return new(found.Id, found.Image, endpoint?.IPAddress is { Length: > 0 } ip ? ip : null, hostPorts, found.State.StartedAt);
    }
}

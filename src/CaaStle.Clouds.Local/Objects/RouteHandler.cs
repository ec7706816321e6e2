using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

internal sealed class RouteHandler(DockerClient docker, TimeProvider clock) : CloudObjectHandler<RouteSpec, RouteState>
{
    private static readonly TimeSpan AskWhileDraining = TimeSpan.FromMilliseconds(400);

    /// <summary>Among how many of the last lines HAProxy says what it does not like.</summary>
    private const int LinesOfRefusal = 30;

    private const string ConfiguredAnew = "being configured";

    private readonly EntryConsole console = new(docker);
    private readonly ReadinessProbe probe = new(docker, clock);

    public override string Kind => "docker/route";

    public override async Task<Observation<RouteState>> ReadAsync(RouteSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var entry = await docker.FindAsync<ContainerInspection>($"containers/{spec.Entry}/json", cancellationToken);
        if (entry is null)
        {
            return Observation.Absent<RouteState>();
        }

        if (!(call.Marks with { Key = spec.EntryKey }).Owns(entry.Config.Labels))
        {
            return Observation.Foreign<RouteState>($"a Docker container named {spec.Entry} that something else made");
        }

        var inFile = await docker.FindFileAsync(entry.Id, EntryConfiguration.Path, cancellationToken);
        if (inFile is null || !EntryConfiguration.IsRoute(inFile))
        {
            return Observation.Absent<RouteState>();
        }

        if (entry.State.Status != "running")
        {
            var (reason, _) = await docker.DescribeEndAsync(entry, clock, cancellationToken);
            return await docker.FailedAsync<RouteState>(entry, $"its entry, {spec.Entry}, does not run: {reason}", cancellationToken);
        }

        var wanted = EntryConfiguration.Of(spec);
        return inFile == wanted.Text
            ? await JudgeAsync(spec, entry, wanted.Digest, cancellationToken)
            : Observation.InProgress<RouteState>(ConfiguredAnew) with { NeedsCreate = true };
    }

    public override Task CreateAsync(RouteSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        ConfigureAsync(spec, EntryConfiguration.Of(spec).Text, cancellationToken);

    public override bool CanChange(RouteSpec from, RouteSpec to) => true;

    /// <summary>Nothing is left of it when the entry has the configuration that it began with.</summary>
    public override async Task DeleteAsync(RouteSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        try
        {
            await ConfigureAsync(spec, EntryConfiguration.Unrouted(spec.Application), cancellationToken);
        }
        catch (CloudException e) when (e.Code is "404" or "409")
        {
            // The entry is gone, or does not run and will begin with this when it does.
        }
    }

    private async Task ConfigureAsync(RouteSpec spec, string configuration, CancellationToken cancellationToken)
    {
        await docker.WriteFilesAsync(
            spec.Entry, new Dictionary<string, string> { [EntryConfiguration.Path] = configuration }, cancellationToken);
        await console.ReloadAsync(spec.Entry, cancellationToken);
    }

    private async Task<Observation<RouteState>> JudgeAsync(
        RouteSpec spec, ContainerInspection entry, string digest, CancellationToken cancellationToken)
    {
        var status = await console.ReadStatusAsync(entry.Id, cancellationToken);
        if (status is null)
        {
            return Observation.InProgress<RouteState>(ConfiguredAnew);
        }

        if (status.Configuration != digest)
        {
            return status.IsRefused
                ? Observation.Failed<RouteState>("HAProxy refuses the configuration", await ReadAlertsAsync(entry, cancellationToken))
                : Observation.InProgress<RouteState>(ConfiguredAnew) with { NeedsCreate = true };
        }

        var fault = status.Servers.FirstOrDefault(server => server.IsUp != true) is { } server
            ? $"{server.Name}: {server.Check}"
            : await FindPublicFaultAsync(spec, entry, cancellationToken);
        if (fault is not null)
        {
            return status.Running > spec.StartPeriod
                ? Observation.Failed<RouteState>(string.Create(
                    CultureInfo.InvariantCulture, $"does not answer {spec.StartPeriod.TotalSeconds:0} s after its change: {fault}"))
                : Observation.InProgress<RouteState>(fault);
        }

        if (status.Former.Count > 0)
        {
            var connections = await console.CountConnectionsAsync(entry.Id, status.Former, cancellationToken);
            return Observation.InProgress<RouteState>(
                $"draining {connections} {(connections == 1 ? "connection" : "connections")} from before the change") with
            {
                AskAgainAfter = AskWhileDraining,
            };
        }

        return Observation.Ready(new RouteState(digest), spec.Replicas.Count switch
        {
            0 => "stopped",
            1 => "1 replica",
            var count => $"{count} replicas",
        });
    }

    private async Task<string?> FindPublicFaultAsync(RouteSpec spec, ContainerInspection entry, CancellationToken cancellationToken)
    {
        if (spec.Replicas.Count == 0)
        {
            return null;
        }

        Readiness check = spec.CheckPath is { } path && spec.CheckPort is null
            ? new HttpReadiness(EntryConfiguration.Port, path, spec.StartPeriod)
            : new TcpReadiness(EntryConfiguration.Port, spec.StartPeriod);
        var state = new ContainerState(entry.Id, entry.Image, null, entry.HostPorts, entry.State.StartedAt);
        return await probe.FindFaultAsync(check, state, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ReadAlertsAsync(ContainerInspection entry, CancellationToken cancellationToken) =>
        await docker.ReadLogAsync(entry.Id, new(Tail: LinesOfRefusal), cancellationToken)
            .Select(line => line.Text)
            .Where(line => line.StartsWith("[ALERT]", StringComparison.Ordinal))
            .Distinct()
            .ToListAsync(cancellationToken);
}

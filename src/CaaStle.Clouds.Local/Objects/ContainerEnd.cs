using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>Why containers end.</summary>
internal static class ContainerEnd
{
    /// <summary>
    /// Why the container ended last, with its exit code. One that runs again has forgotten that; the engine's events have not.
    /// </summary>
    public static async Task<(string Reason, int ExitCode)> DescribeEndAsync(
        this DockerClient docker, ContainerInspection found, TimeProvider clock, CancellationToken cancellationToken)
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
            _ when found.State.Error is { Length: > 0 } error => error,
            _ => $"exited with code {exitCode}",
        };
        var restarts = found.RestartCount switch
        {
            0 => "",
            1 => ", and again after a restart",
            var count => $", and again after {count} restarts",
        };
        return (end + restarts, exitCode);
    }

    public static async Task<Observation<TState>> FailedAsync<TState>(
        this DockerClient docker, ContainerInspection found, string reason, CancellationToken cancellationToken) =>
        Observation.Failed<TState>(reason, await docker.ReadLastLinesAsync(found, cancellationToken));
}

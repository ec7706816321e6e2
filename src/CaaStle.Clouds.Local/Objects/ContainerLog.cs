using System.Globalization;
using System.Runtime.CompilerServices;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>What containers have written.</summary>
internal static class ContainerLog
{
    /// <summary>How many log lines tell why a container failed.</summary>
    private const int LastLines = 20;

    /// <summary>How many lines a container that was started again may have written since without hiding why it ended.</summary>
    private const int LinesSince = 1000;

    /// <summary>How late the engine may date a line. It waits longer than that before it starts a container again.</summary>
    private static readonly TimeSpan LogDelay = TimeSpan.FromMilliseconds(90);

    public static async IAsyncEnumerable<LogLine> ReadLogAsync(
        this DockerClient docker, string container, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DateTimeOffset? until = null;
        if (query.Previous)
        {
            // Docker says when a run has begun a moment after its first lines, so that only the end of the one before is sure to divide them.
            var found = await docker.GetAsync<ContainerInspection>($"containers/{container}/json", cancellationToken);
            if (EndOf(found) is not { } end)
            {
                yield break;
            }

            until = end;
        }

        // Docker counts lines from the end before it looks at their time.
        var lines = ReadAsync(
            docker, container, query.Follow && until is null, until is null ? query.Tail : null, query.Since, until, cancellationToken);
        if (until is not null && query.Tail is { } tail)
        {
            lines = lines.TakeLast(tail);
        }

        await foreach (var (at, text) in lines)
        {
            yield return new(at, container, text);
        }
    }

    /// <summary>The last lines that the container wrote before it ended last, or until now where it has not.</summary>
    public static async Task<IReadOnlyList<string>> ReadLastLinesAsync(
        this DockerClient docker, ContainerInspection found, CancellationToken cancellationToken)
    {
        // A container that was started again since may have written more, which is not why it ended.
        var until = found.RestartCount > 0 || found.State.Status != "running" ? EndOf(found) : null;
        var tail = until is null ? LastLines : LastLines + LinesSince;
        var lines = await ReadAsync(docker, found.Id, follow: false, tail, since: null, until, cancellationToken).ToListAsync(cancellationToken);
        return [.. lines.OrderBy(line => line.At).Select(line => line.Text).TakeLast(LastLines)];
    }

    /// <returns>After the last line of the last run that has ended; null where none has.</returns>
    private static DateTimeOffset? EndOf(ContainerInspection found) =>
        found.State.FinishedAt > found.Created ? found.State.FinishedAt + LogDelay : null;

    private static async IAsyncEnumerable<(DateTimeOffset? At, string Text)> ReadAsync(
        DockerClient docker,
        string container,
        bool follow,
        int? tail,
        DateTimeOffset? since,
        DateTimeOffset? until,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = DockerClient.Path(
            $"containers/{container}/logs",
            ("stdout", "true"),
            ("stderr", "true"),
            ("timestamps", "true"),
            ("follow", follow ? "true" : null),
            ("tail", tail?.ToString(CultureInfo.InvariantCulture)),
            ("since", since is { } from ? DockerClient.Moment(from) : null),
            ("until", until is { } end ? DockerClient.Moment(end) : null));
        using var response = await docker.OpenAsync(HttpMethod.Get, path, body: null, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in LogStream.ReadLinesAsync(stream, cancellationToken))
        {
            yield return LogStream.SplitTimestamp(line);
        }
    }
}

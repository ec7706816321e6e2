using System.Runtime.CompilerServices;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Reads lines of CloudWatch.</summary>
/// <param name="streams">What the names of their streams begin with.</param>
internal sealed class LogReader(AwsClient logs, string group, string streams, TimeProvider clock)
{
    private const int ShownLines = 20;

    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(2);

    /// <summary>How far back is looked for the last lines, one after the other until there are enough.</summary>
    private static readonly TimeSpan[] Spans = [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(3650)];

    private sealed record Event(string EventId, long Timestamp, string Message);

    private sealed record Page(IReadOnlyList<Event> Events, string? NextToken);

    /// <summary>What was written last to one stream.</summary>
    public static async Task<IReadOnlyList<string>> LastLinesAsync(
        AwsClient logs, string group, string stream, CancellationToken cancellationToken)
    {
        var answer = await logs.CallAsync<Page>(
            "GetLogEvents", new { logGroupName = group, logStreamName = stream, limit = ShownLines, startFromHead = false }, cancellationToken)
            .OrNullAsync("ResourceNotFoundException");
        return [.. (answer?.Events ?? []).Select(each => Line(each).Text)];
    }

    /// <param name="hasEnded">Whether nothing more will be written, so that following ends with what is there by then.</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken, Func<Task<bool>>? hasEnded = null)
    {
        var last = new List<Event>();
        if (query.Tail is { } tail)
        {
            last = await LastAsync(tail, query.Since, cancellationToken);
        }
        else
        {
            await foreach (var each in FromAsync(query.Since, cancellationToken))
            {
                yield return Line(each);
                last.Add(each);
                last.RemoveAll(former => former.Timestamp < each.Timestamp);
            }
        }

        foreach (var each in query.Tail is null ? [] : last)
        {
            yield return Line(each);
        }

        // What arrives later may be as old as what was read last.
        var since = last.Count > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(last[^1].Timestamp) : query.Since ?? clock.GetUtcNow();
        var seen = last.Select(each => each.EventId).ToHashSet();
        var isFollowed = query.Follow;
        while (isFollowed)
        {
            isFollowed = hasEnded is null || !await hasEnded();
            await Task.Delay(LooksAgainAfter, clock, cancellationToken);
            await foreach (var each in FromAsync(since, cancellationToken))
            {
                if (seen.Add(each.EventId))
                {
                    yield return Line(each);
                    since = DateTimeOffset.FromUnixTimeMilliseconds(each.Timestamp);
                }
            }
        }
    }

    private async Task<List<Event>> LastAsync(int count, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var found = new List<Event>();
        foreach (var span in Spans)
        {
            var from = clock.GetUtcNow() - span;
            found.Clear();
            await foreach (var each in FromAsync(since > from ? since : from, cancellationToken))
            {
                found.Add(each);
            }

            if (found.Count >= count || since > from)
            {
                break;
            }
        }

        return [.. found.TakeLast(count)];
    }

    private async IAsyncEnumerable<Event> FromAsync(DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            var page = await logs.CallAsync<Page>(
                "FilterLogEvents",
                new { logGroupName = group, logStreamNamePrefix = streams, startTime = since?.ToUnixTimeMilliseconds(), nextToken = token },
                cancellationToken).OrNullAsync("ResourceNotFoundException");
            foreach (var each in page?.Events ?? [])
            {
                yield return each;
            }

            token = page?.NextToken;
        }
        while (token is not null);
    }

    private static LogLine Line(Event each) => new(DateTimeOffset.FromUnixTimeMilliseconds(each.Timestamp), "", each.Message.TrimEnd('\n'));
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Operations;

/// <summary>Follows the logs of everything that a subject consists of, through redeployments: what comes is followed, what goes is left.</summary>
/// <param name="find">Tells what there is to follow now.</param>
internal sealed class LogFollower(
    EngineServices services, Func<SubjectKey, LogQuery, CancellationToken, Task<IReadOnlyList<SubjectLog>>> find)
{
    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<LogLine> lines = Channel.CreateUnbounded<LogLine>();
    private readonly HashSet<string> followed = [];

    public async IAsyncEnumerable<LogLine> FollowAsync(
        SubjectKey subject, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Start(await find(subject, query, cancellationToken), subject, query, ends.Token);
        var watching = WatchAsync(subject, query, ends.Token);
        try
        {
            while (await lines.Reader.WaitToReadAsync(cancellationToken))
            {
                while (lines.Reader.TryRead(out var line))
                {
                    yield return line;
                }
            }
        }
        finally
        {
            ends.Cancel();
            await watching;
        }
    }

    private void Start(IReadOnlyList<SubjectLog> sources, SubjectKey subject, LogQuery query, CancellationToken ends)
    {
        foreach (var source in sources.Where(source => followed.Add(source.Key)))
        {
            _ = PumpAsync(source, subject, query, ends);
        }
    }

    private async Task WatchAsync(SubjectKey subject, LogQuery query, CancellationToken ends)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LooksAgainAfter, services.Clock, ends);
                try
                {
                    Start(await find(subject, query, ends), subject, query with { Tail = null, Since = null }, ends);
                }
                catch (RefusedException refused) when (refused.Code != RefusedException.NotFound)
                {
                    // Nothing of it runs at the moment.
                }
            }
        }
        catch (Exception exception)
        {
            // The subject is gone, or nobody listens any more; anything else is told.
            lines.Writer.TryComplete(exception is RefusedException || ends.IsCancellationRequested ? null : exception);
        }
    }

    private async Task PumpAsync(SubjectLog source, SubjectKey subject, LogQuery query, CancellationToken ends)
    {
        try
        {
            await foreach (var line in source.ReadAsync(query, ends))
            {
                lines.Writer.TryWrite(line);
            }
        }
        catch (Exception exception)
        {
            if (!ends.IsCancellationRequested && await IsStillThereAsync(source, subject, ends))
            {
                lines.Writer.TryComplete(exception);
            }
        }
    }

    private async Task<bool> IsStillThereAsync(SubjectLog source, SubjectKey subject, CancellationToken ends)
    {
        try
        {
            return await services.Store.FindSubjectAsync(subject, ends) is { } record
                && (await services.Store.ListObjectsAsync(record.Id, ends)).Any(item => item.Key == source.Key && item.Status == ObjectStatus.Ready);
        }
        catch (Exception)
        {
            return false;
        }
    }
}

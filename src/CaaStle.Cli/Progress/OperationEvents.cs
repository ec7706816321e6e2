using System.Runtime.CompilerServices;
using CaaStle.Api;

namespace CaaStle.Cli.Progress;

/// <summary>An operation's events from the first to the last, however often the connection or the server goes away meanwhile.</summary>
internal static class OperationEvents
{
    /// <summary>Types of events that the client itself adds.</summary>
    public const string ConnectionLost = "connection-lost";
    public const string ConnectionRestored = "connection-restored";

    public const string Ended = "operation-ended";

    /// <summary>The detail of a request to cancel that undoes no further.</summary>
    public const string Keep = "keep";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public static async IAsyncEnumerable<EventView> ReadAsync(
        CaaStleClient client, string operation, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long position = 0;
        long? lost = null;
        var pause = FirstPause;
        while (true)
        {
            string? loss = null;
            await using var events = client.WatchOperationAsync(operation, position, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (loss is null)
            {
                try
                {
                    if (!await events.MoveNextAsync())
                        loss = "The event stream ended.";
                }
                catch (Exception e) when (IsLoss(e))
                {
                    if (lost is { } since && clock.GetElapsedTime(since) > Patience)
                        throw Unreachable(operation, e);
                    loss = e.Message;
                }

                if (loss is not null || events.Current.Position <= position)
                    continue;
                var current = events.Current;
                if (lost is not null)
                {
                    lost = null;
                    pause = FirstPause;
                    yield return Own(ConnectionRestored, null);
                }

                position = current.Position;
                yield return current;
                if (current.Type == Ended)
                    yield break;
            }

            if (lost is null)
            {
                lost = clock.GetTimestamp();
                yield return Own(ConnectionLost, loss);
            }

            await Task.Delay(pause, clock, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        EventView Own(string type, string? detail) => new(position, operation, 0, clock.GetUtcNow(), type) { Detail = detail };
    }

    private static bool IsLoss(Exception e) =>
        e is IOException or HttpRequestException or ProblemException { Problem.Code: ProblemCodes.ServerUnreachable };

    private static ProblemException Unreachable(string operation, Exception cause) => LocalProblems.Unreachable(
        $"The connection to the server is lost, and it cannot be had again. {operation} goes on as soon as the server runs.",
        cause is ProblemException { Problem: var problem } ? $"{problem.Title}\n{problem.Detail}" : cause.Message,
        "cld server start",
        $"cld op watch {operation}");
}

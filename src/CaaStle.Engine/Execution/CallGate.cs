using CaaStle.Abstractions;

namespace CaaStle.Engine.Execution;

/// <summary>
/// Lets calls to one account and region through: all at once as long as the cloud takes them. When it answers that there are too many,
/// nobody calls for a while, and then one at a time, environments in turn, at a rate that grows with each answer until it is enough for all.
/// </summary>
internal sealed class CallGate(TimeProvider clock, Pace pace)
{
    /// <summary>The turns of reads that are about many environments; they alternate with all others.</summary>
    public const string Shared = "";

    private const double Faster = 0.98;
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Unnoticeable = TimeSpan.FromMilliseconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Queue<TaskCompletionSource<int>>> waiting = [];
    private readonly Queue<string> turns = new();

    /// <summary>Between two calls; nothing as long as the cloud takes all.</summary>
    private TimeSpan interval;
    private DateTimeOffset opensAt;
    private int throttledInRow;

    /// <summary>How often the calls have been slowed: what was called before is no reason to do it again.</summary>
    private int slowed;
    private bool isShared;
    private bool isLetting;

    /// <summary>Makes the call when its turn has come.</summary>
    /// <param name="environment">Whose turn it takes.</param>
    /// <param name="leaves">Ends the wait for the turn; a call that has begun is not touched by it.</param>
    public async Task<TAnswer> PassAsync<TAnswer>(string environment, Func<Task<TAnswer>> call, CancellationToken leaves)
    {
        var entered = await EnterAsync(environment, leaves);
        try
        {
            var answer = await call();
            Answered(entered);
            return answer;
        }
        catch (CloudException exception) when (exception.Fault == CloudFault.Throttled)
        {
            Throttled(entered, exception.RetryAfter);
            throw;
        }
    }

    private async Task<int> EnterAsync(string environment, CancellationToken cancellationToken)
    {
        TaskCompletionSource<int> turn;
        lock (gate)
        {
            if (!isLetting && interval == TimeSpan.Zero && clock.GetUtcNow() >= opensAt)
            {
                return slowed;
            }

            turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!waiting.TryGetValue(environment, out var queue))
            {
                waiting.Add(environment, queue = new());
                if (environment != Shared)
                {
                    turns.Enqueue(environment);
                }
            }

            queue.Enqueue(turn);
            if (!isLetting)
            {
                isLetting = true;
                _ = LetThroughAsync();
            }
        }

        using var leaving = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        return await turn.Task;
    }

    private async Task LetThroughAsync()
    {
        while (true)
        {
            DateTimeOffset next;
            lock (gate)
            {
                var now = clock.GetUtcNow();
                while (now >= opensAt)
                {
                    if (Next() is not { } turn)
                    {
                        isLetting = false;
                        return;
                    }

                    if (turn.TrySetResult(slowed))
                    {
                        opensAt = now + pace.Spread(interval);
                    }
                }

                next = opensAt;
            }

            await Pace.UntilAsync(next, clock);
        }
    }

    private TaskCompletionSource<int>? Next()
    {
        isShared = !isShared;
        var environment = (isShared || turns.Count == 0) && waiting.ContainsKey(Shared) ? Shared : turns.Count > 0 ? turns.Dequeue() : null;
        if (environment is null)
        {
            return null;
        }

        var queue = waiting[environment];
        var next = queue.Dequeue();
        if (queue.Count == 0)
        {
            waiting.Remove(environment);
        }
        else if (environment != Shared)
        {
            turns.Enqueue(environment);
        }

        return next;
    }

    private void Answered(int entered)
    {
        lock (gate)
        {
            if (entered == slowed && slowed > 0)
            {
                throttledInRow = 0;
                interval *= Faster;
                interval = interval < Unnoticeable ? TimeSpan.Zero : interval;
            }
        }
    }

    private void Throttled(int entered, TimeSpan? retryAfter)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (entered == slowed)
            {
                slowed++;
                interval = interval == TimeSpan.Zero ? FirstInterval : interval * 2 < LongestInterval ? interval * 2 : LongestInterval;
                var opens = now + pace.AfterFailure(throttledInRow++, retryAfter);
                opensAt = opens > opensAt ? opens : opensAt;
            }
            else if (retryAfter is { } longer && now + longer > opensAt)
            {
                opensAt = now + longer;
            }
        }
    }
}

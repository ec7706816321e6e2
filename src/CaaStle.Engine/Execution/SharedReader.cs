using CaaStle.Abstractions;

namespace CaaStle.Engine.Execution;

/// <summary>
/// Reads objects of one kind in one account and region, many in one call. When somebody's time has come, all who have waited long enough go
/// along, and who comes while the cloud is asked goes with the next: the calls do not grow with those who wait.
/// </summary>
internal sealed class SharedReader(ICloudObjectHandler handler, IReadsMany many, CallGate gate, TimeProvider clock)
{
    /// <summary>For so long a call that is not answered is in the way of others.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock access = new();
    private List<Waiting> waiting = [];
    private DateTimeOffset nextDue = DateTimeOffset.MaxValue;
    private DateTimeOffset wakesAt = DateTimeOffset.MaxValue;
    private DateTimeOffset askedAt;
    private int underWay;

    /// <summary>What the cloud says to a question that is asked after this call, within the wait.</summary>
    public async Task<Observation<object>> ReadAsync(ReadRequest request, Wait wait, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var mine = new Waiting(request, now + wait.Least, now + wait.Most);
        lock (access)
        {
            waiting.Add(mine);
            nextDue = mine.Latest < nextDue ? mine.Latest : nextDue;
            WakeAt(Next());
        }

        using var leaving = cancellationToken.Register(() => mine.Seen.TrySetCanceled(cancellationToken));
        return await mine.Seen.Task;
    }

    private DateTimeOffset Next() => underWay > 0 && nextDue < askedAt + Patience ? askedAt + Patience : nextDue;

    private void WakeAt(DateTimeOffset time)
    {
        if (waiting.Count > 0 && time < wakesAt)
        {
            wakesAt = time;
            _ = WakeAsync(time);
        }
    }

    private async Task WakeAsync(DateTimeOffset time)
    {
        // Whoever comes in the same moment goes along.
        await Task.Yield();
        await Pace.UntilAsync(time, clock);
        lock (access)
        {
            if (wakesAt == time)
            {
                wakesAt = DateTimeOffset.MaxValue;
                Proceed();
            }
        }
    }

    private void Proceed()
    {
        var now = clock.GetUtcNow();
        if (Next() > now)
        {
            WakeAt(Next());
            return;
        }

        var ready = waiting.Where(each => each.Earliest <= now).ToList();
        waiting.RemoveAll(each => each.Earliest <= now || each.Seen.Task.IsCompleted);
        nextDue = waiting.Count == 0 ? DateTimeOffset.MaxValue : waiting.Min(each => each.Latest);
        askedAt = now;
        foreach (var together in ready.Chunk(many.MostAtOnce))
        {
            _ = AskAsync(together);
        }
    }

    private async Task AskAsync(IReadOnlyList<Waiting> all)
    {
        lock (access)
        {
            underWay++;
        }

        IReadOnlyList<Waiting> asked = [];
        try
        {
            var answers = await gate.PassAsync(
                CallGate.Shared,
                () =>
                {
                    asked = [.. all.Where(each => !each.Seen.Task.IsCompleted)];
                    return CallAsync(asked);
                },
                CancellationToken.None);
            for (var index = 0; index < asked.Count; index++)
            {
                asked[index].Seen.TrySetResult(answers[index]);
            }
        }
        catch (Exception exception) when (asked.Count > 1 && CloudFaults.Understand(exception) is null or { Fault: CloudFault.Refused })
        {
            // Because of one of them; the others have a right to their own answer.
            foreach (var each in asked)
            {
                _ = AskAsync([each]);
            }
        }
        catch (Exception exception)
        {
            foreach (var each in asked)
            {
                each.Seen.TrySetException(exception);
            }
        }

        lock (access)
        {
            underWay--;
            WakeAt(Next());
        }
    }

    private async Task<IReadOnlyList<Observation<object>>> CallAsync(IReadOnlyList<Waiting> asked) => asked switch
    {
        [] => [],
        [var only] => [await handler.ReadAsync(only.Request.Spec, only.Request.Call, CancellationToken.None)],
        _ => await many.ReadManyAsync([.. asked.Select(each => each.Request)], CancellationToken.None),
    };

    private sealed record Waiting(ReadRequest Request, DateTimeOffset Earliest, DateTimeOffset Latest)
    {
        public TaskCompletionSource<Observation<object>> Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

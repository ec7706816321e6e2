namespace CaaStle.Simulation;

/// <summary>
/// A clock that jumps to the next timer when nothing is left to do now, and the single thread that everything runs on meanwhile: a day
/// of waiting takes no time, and the same program does the same steps in the same order.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (DateTimeOffset, long)> timers = new();
    private readonly Queue<(SendOrPostCallback, object?)> ready = new();
    private DateTimeOffset now = Begin;
    private long timerCount;

    /// <summary>When time begins.</summary>
    public static DateTimeOffset Begin { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>How much may happen in one run before it is taken to go on for ever.</summary>
    public int MostEvents { get; set; } = int.MaxValue;

    /// <summary>Runs until the work is done. Throws when it waits for something that no timer will ever bring about.</summary>
    public void Run(Func<Task> work)
    {
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new Context(this));
        try
        {
            var task = work();
            for (var events = 0; !task.IsCompleted; events++)
            {
                if (events > MostEvents)
                {
                    throw new InvalidOperationException("It goes on for ever.");
                }

                if (ready.TryDequeue(out var item))
                {
                    item.Item1(item.Item2);
                }
                else if (timers.TryDequeue(out var timer, out var due))
                {
                    now = due.Item1 > now ? due.Item1 : now;
                    timer.Fire(due.Item2);
                }
                else
                {
                    throw new InvalidOperationException("Everything waits, and no timer is set.");
                }
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    /// <summary>Starts work on the simulation's thread, now or when <see cref="Run"/> is called.</summary>
    public Task Post(Func<Task> work)
    {
        var done = new TaskCompletionSource();
        ready.Enqueue((async _ =>
        {
            await work();
            done.SetResult();
        }, null));
        return done.Task;
    }

    private sealed class Context(VirtualTime time) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => time.ready.Enqueue((d, state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long current = -1;
        private TimeSpan period;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            period = newPeriod;
            current = -1;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                current = time.timerCount++;
                time.timers.Enqueue(this, (time.now + dueTime, current));
            }

            return true;
        }

        /// <param name="scheduled">Which schedule came due; passed over when it was changed since.</param>
        public void Fire(long scheduled)
        {
            if (scheduled != current)
            {
                return;
            }

            current = -1;
            if (period > TimeSpan.Zero && period != Timeout.InfiniteTimeSpan)
            {
                Change(period, period);
            }

            callback(state);
        }

        public void Dispose() => current = -1;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

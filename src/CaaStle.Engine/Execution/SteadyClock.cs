namespace CaaStle.Engine.Execution;

/// <summary>
/// A clock that goes on evenly when the one on the wall is put forward or back: what is waited for by it is waited for neither for ever
/// nor too short.
/// </summary>
internal sealed class SteadyClock(TimeProvider clock) : TimeProvider
{
    private readonly DateTimeOffset begin = clock.GetUtcNow();
    private readonly long started = clock.GetTimestamp();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => begin + clock.GetElapsedTime(started);

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}

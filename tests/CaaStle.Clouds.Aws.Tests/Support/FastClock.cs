namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Real time, which passes faster.</summary>
internal sealed class FastClock(int factor) : TimeProvider
{
    private readonly DateTimeOffset beginning = System.GetUtcNow();
    private readonly long started = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => beginning + ((System.GetUtcNow() - beginning) * factor);

    public override long GetTimestamp() => started + ((System.GetTimestamp() - started) * factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period));

    private TimeSpan Shorter(TimeSpan time) => time <= TimeSpan.Zero ? time : time / factor;
}

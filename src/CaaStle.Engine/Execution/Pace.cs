using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>How long to wait before a cloud is asked again.</summary>
/// <param name="Least">Where others are asked about anyway, after this long already.</param>
/// <param name="Most">At the latest.</param>
internal readonly record struct Wait(TimeSpan Least, TimeSpan Most)
{
    public static Wait None => default;
}

/// <summary>How long to wait before asking a cloud again.</summary>
internal sealed class Pace(IRandomSource random)
{
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SharedPoll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Grows with the time waited already, so that what is noticed late is late by at most a few hundredths; by half a
    /// one where a call is shared with others, once it has been waited for a while.
    /// </summary>
    /// <param name="askedFor">What the handler knows better.</param>
    public static Wait UntilNextPoll(TimeSpan waited, TimeSpan? askedFor, bool isShared)
    {
        var share = waited / 25;
        if (isShared && share > SharedPoll)
        {
            share = waited / 200 > SharedPoll ? waited / 200 : SharedPoll;
        }

        var most = askedFor ?? TimeSpan.FromTicks(Math.Clamp(share.Ticks, ShortestPoll.Ticks, LongestPoll.Ticks));
        return new(most / 2, most);
    }

    /// <summary>Waits until then, not a moment less.</summary>
    public static async Task UntilAsync(DateTimeOffset time, TimeProvider clock)
    {
        if (time - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            // Timers count in whole milliseconds.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), clock);
        }
    }

    /// <summary>None when all who call wait already, in turn.</summary>
    public Wait AfterFailure(int failuresInRow, CloudException? fault)
    {
        if (fault?.Fault == CloudFault.Throttled)
        {
            return Wait.None;
        }

        var wait = AfterFailure(failuresInRow, fault?.RetryAfter);
        return new(wait, wait);
    }

    /// <summary>Doubles with each failure in a row, spread by half so that many do not come back together.</summary>
    public TimeSpan AfterFailure(int failuresInRow, TimeSpan? askedFor = null)
    {
        var longest = Math.Min(LongestBackoff.Ticks, ShortestBackoff.Ticks * Math.Pow(2, Math.Min(failuresInRow, 20)));
        var wait = TimeSpan.FromTicks((long)(longest * (0.5 + (Draw() / 2))));
        return askedFor > wait ? askedFor.Value : wait;
    }

    /// <summary>
    /// A quarter more or less. Calls at equal intervals would fall in step with a cloud that takes every second one: each time that which reads,
    /// and never that which changes.
    /// </summary>
    public TimeSpan Spread(TimeSpan interval) => interval == TimeSpan.Zero ? interval : interval * (0.75 + (Draw() / 2));

    /// <returns>From 0 to 1.</returns>
    private double Draw()
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return BitConverter.ToUInt32(bytes) / (double)uint.MaxValue;
    }
}

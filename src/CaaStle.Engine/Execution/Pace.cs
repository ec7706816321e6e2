using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>How long to wait before asking a cloud again.</summary>
internal sealed class Pace(IRandomSource random)
{
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(15);

    /// <summary>Grows with the time waited already, so that what is noticed late is late by at most a few hundredths.</summary>
    public static TimeSpan UntilNextPoll(TimeSpan waited) =>
        TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 25, ShortestPoll.Ticks, LongestPoll.Ticks));

    /// <summary>Doubles with each failure in a row, spread by half so that many do not come back together.</summary>
    public TimeSpan AfterFailure(int failuresInRow, TimeSpan? askedFor)
    {
        var longest = Math.Min(LongestBackoff.Ticks, ShortestBackoff.Ticks * Math.Pow(2, Math.Min(failuresInRow, 20)));
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        var spread = 0.5 + (BitConverter.ToUInt32(bytes) / (double)uint.MaxValue / 2);
        var wait = TimeSpan.FromTicks((long)(longest * spread));
        return askedFor > wait ? askedFor.Value : wait;
    }
}

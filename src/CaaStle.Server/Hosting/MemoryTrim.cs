namespace CaaStle.Server.Hosting;

/// <summary>
/// Gives the machine back what operations have left behind in memory, once they are over: the collector would keep it as long as the
/// machine has more.
/// </summary>
internal sealed class MemoryTrim(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ITimer timer = clock.CreateTimer(
        _ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true),
        null,
        Timeout.InfiniteTimeSpan,
        Timeout.InfiniteTimeSpan);

    /// <summary>Does it soon; what comes at once after the last operation is not kept waiting.</summary>
    public void Schedule() => timer.Change(Pause, Timeout.InfiniteTimeSpan);

    public void Dispose() => timer.Dispose();
}

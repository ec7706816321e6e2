namespace CaaStle.Storage.Postgres;

/// <summary>
/// This server as one of those that write to the database, from when it came until it is, or might be, taken for dead. What it has then it
/// has lost for good: it comes back as another.
/// </summary>
/// <param name="id">Of its row in <c>Writers</c>. Never used again.</param>
internal sealed class Membership(string id) : IDisposable
{
    private readonly CancellationTokenSource ended = new();

    public string Id => id;

    /// <summary>The number of the last transaction that was begun.</summary>
    public long Mark { get; set; }

    /// <summary>When, at the latest, it last said that it lives; by this machine's steady clock.</summary>
    public long? SeenAlive { get; set; }

    public CancellationToken Ended => ended.Token;

    public void End() => ended.Cancel();

    public void Dispose() => ended.Dispose();
}

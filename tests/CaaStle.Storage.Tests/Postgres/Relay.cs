using System.Net.Sockets;

namespace CaaStle.Storage.Tests.Postgres;

public enum Loss
{
    None,

    /// <summary>The commit never arrives.</summary>
    BeforeCommit,

    /// <summary>The commit arrives; its answer does not.</summary>
    AfterCommit,

    /// <summary>The connection breaks at once; the commit arrives when it is let go.</summary>
    CommitIsLate,
}

/// <summary>The way from a store to its database, which may be cut.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private const string SocketName = ".s.PGSQL.5432";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("caastle-relay-");
    private readonly Socket listener = New();
    private readonly List<Socket> open = [];
    private readonly TaskCompletionSource late = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly string peer;
    private readonly Task accepting;
    private bool isCut;

    public Relay(PostgresCluster cluster)
    {
        peer = Path.Combine(cluster.Folder, SocketName);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, SocketName)));
        listener.Listen();
        accepting = AcceptAsync();
    }

    /// <summary>What becomes of the next commit, once.</summary>
    public Loss Next { get; set; }

    /// <summary>Told when a commit was lost.</summary>
    public TaskCompletionSource Lost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Through(string address) =>
        address.Replace(Path.GetDirectoryName(peer)!, folder.FullName, StringComparison.Ordinal);

    public void LetGo() => late.SetResult();

    /// <summary>Breaks all connections, and lets no more through until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        lock (gate)
        {
            isCut = true;
            open.ForEach(socket => socket.Dispose());
            open.Clear();
        }
    }

    public void Mend()
    {
        lock (gate)
        {
            isCut = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        listener.Dispose();
        await accepting;
        folder.Delete(recursive: true);
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptAsync()));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = New();
        try
        {
            lock (gate)
            {
                if (isCut)
                {
                    return;
                }

                open.AddRange([client, server]);
            }

            await server.ConnectAsync(new UnixDomainSocketEndPoint(peer));
            var answers = CopyAsync(server, client);
            await Task.WhenAny(RequestsAsync(client, server, answers), answers).Unwrap();
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task RequestsAsync(Socket client, Socket server, Task answers)
    {
        var buffer = new byte[1 << 16];
        while (await client.ReceiveAsync(buffer) is > 0 and var count)
        {
            var message = buffer.AsMemory(0, count);
            if (Next != Loss.None && message.Span.IndexOf("COMMIT\0"u8) >= 0)
            {
                await LoseAsync(client, server, message, answers);
                return;
            }

            await server.SendAsync(message);
        }
    }

    private async Task LoseAsync(Socket client, Socket server, Memory<byte> commit, Task answers)
    {
        var loss = Next;
        Next = Loss.None;
        client.Dispose();
        if (loss == Loss.CommitIsLate)
        {
            Lost.SetResult();
            await late.Task;
        }

        if (loss != Loss.BeforeCommit)
        {
            await server.SendAsync(commit);
            // The answer, which has nowhere to go.
            await Task.WhenAny(answers);
        }

        Lost.TrySetResult();
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReceiveAsync(buffer) is > 0 and var count)
        {
            await to.SendAsync(buffer.AsMemory(0, count));
        }
    }
}

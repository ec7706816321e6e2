using System.Net;
using System.Net.Sockets;

namespace CaaStle.Server.Tests;

/// <summary>Carries connections to a server on this machine, and loses its answers as it is told.</summary>
internal sealed class LossyRelay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int server;

    public LossyRelay(int server)
    {
        this.server = server;
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Of the next so many answers at most <see cref="Passing"/> bytes come through; then the connection breaks.</summary>
    public int Losses { get; set; }

    public int Passing { get; set; }

    /// <summary>Connects a client here instead of to the server that it asks for.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, cancellationToken);
            return client.GetStream();
        },
    };

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var far = new TcpClient();
        using (client)
        {
            await far.ConnectAsync(IPAddress.Loopback, server);
            var asking = client.GetStream().CopyToAsync(far.GetStream());
            await AnswerAsync(far.GetStream(), client.GetStream());
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to)
    {
        var bytes = new byte[4096];
        while (await from.ReadAsync(bytes) is > 0 and var count)
        {
            // Told to go on with the body of an upload, which is no answer yet.
            var isAnswer = !bytes.AsSpan(0, count).StartsWith("HTTP/1.1 100"u8);
            if (isAnswer && Losses > 0)
            {
                Losses--;
                await to.WriteAsync(bytes.AsMemory(0, Math.Min(count, Passing)));
                return;
            }

            await to.WriteAsync(bytes.AsMemory(0, count));
        }
    }
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace CaaStle.Clouds.Local.Tests;

/// <summary>
/// Clients that send one request after the other, half of them on connections that they keep as long as they may, and repeat nothing:
/// every request without a good answer is a failure.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, int> answers = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly List<Task> clients;

    public Load(string url, int connections = 8)
    {
        var port = new Uri(url).Port;
        clients = [.. Enumerable.Range(0, connections).Select(number => Task.Run(() => RunAsync(port, number % 2 == 0 ? "GET" : "POST", keeps: number % 4 < 2)))];
    }

    public int Requests => answers.Values.Sum();

    public IReadOnlyList<string> Failures => [.. failures];

    /// <summary>The different answers so far.</summary>
    public IReadOnlyList<string> Answers => [.. answers.Keys.Order()];

    /// <summary>Waits until so many more requests have been answered.</summary>
    public async Task PassAsync(int requests)
    {
        var until = Requests + requests;
        while (Requests < until && failures.IsEmpty)
        {
            await Task.Delay(10, Engine.Cancel);
        }
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(clients);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task RunAsync(int port, string method, bool keeps)
    {
        var body = method == "POST" ? "hi" : "";
        var request = Encoding.ASCII.GetBytes(
            $"{method} / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: {(keeps ? "keep-alive" : "close")}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        TcpClient? connection = null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    connection ??= new TcpClient("127.0.0.1", port) { NoDelay = true };
                    var (answer, isKept) = await ExchangeAsync(connection.GetStream(), request);
                    answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
                    if (isKept)
                    {
                        continue;
                    }
                }
                catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
                {
                    failures.Enqueue($"{method}: {e.Message}");
                }

                connection?.Dispose();
                connection = null;
            }
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private static async Task<(string Body, bool IsKept)> ExchangeAsync(NetworkStream stream, byte[] request)
    {
        await stream.WriteAsync(request);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                throw new InvalidDataException(answer.Length == 0 ? "no answer" : $"half an answer: {answer}");
            }

            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            var text = answer.ToString();
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
            {
                continue;
            }

            var head = text[..end].ToLowerInvariant().Split("\r\n");
            if (!head[0].EndsWith(" 200 ok", StringComparison.Ordinal))
            {
                throw new InvalidDataException(text);
            }

            var length = int.Parse(head.Single(line => line.StartsWith("content-length:", StringComparison.Ordinal))["content-length:".Length..], null);
            if (text.Length >= end + 4 + length)
            {
                return (text[(end + 4)..], !head.Contains("connection: close"));
            }
        }
    }
}

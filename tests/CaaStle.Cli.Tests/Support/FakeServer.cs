using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CaaStle.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace CaaStle.Cli.Tests.Support;

/// <summary>A request as it came over the wire.</summary>
internal sealed record Received(string Method, string PathAndQuery, string? Authorization, string? LastEventId, string? Key, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public override string ToString() => $"{Method} {PathAndQuery}";
}

/// <summary>A real HTTP server that answers as a test tells it to.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    /// <summary>The ports of all servers, also of those that are gone: who still asks there gets no answer of another test's server.</summary>
    private static readonly ConcurrentBag<Socket> Taken = [];

    private readonly ConcurrentDictionary<string, Queue<RequestDelegate>> answers = new();
    private readonly WebApplication application;

    private FakeServer(WebApplication application) => this.application = application;

    public ConcurrentQueue<Received> Requests { get; } = new();

    public string Url { get; private set; } = "";

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var port = TakePort();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1));
        var server = new FakeServer(builder.Build());
        server.application.Run(server.AnswerAsync);
        await server.application.StartAsync();
        server.Url = server.application.Urls.Single();
        return server;
    }

    /// <summary>Answers in the order that they are given in; the last one goes on for ever.</summary>
    public FakeServer On(string method, string path, RequestDelegate answer)
    {
        answers.GetOrAdd($"{method} {path}", _ => new()).Enqueue(answer);
        return this;
    }

    public FakeServer On<T>(string method, string path, T body, JsonTypeInfo<T> type, int status = 200) =>
        On(method, path, context => WriteAsync(context, status, JsonSerializer.Serialize(body, type)));

    public FakeServer Refuse(string method, string path, Problem problem) => On(method, path, context =>
        WriteAsync(context, problem.Status, JsonSerializer.Serialize(problem, ApiJson.Default.Problem), "application/problem+json"));

    /// <summary>Server-sent events, then the end of the stream.</summary>
    public FakeServer Stream(string operation, params IReadOnlyList<EventView> events) =>
        On("GET", $"/operations/{operation}/events", context => WriteEventsAsync(context, events));

    /// <summary>The connection breaks instead of an answer.</summary>
    public FakeServer Break(string method, string path) =>
        On(method, path, context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

    /// <summary>Server-sent events, then silence until the client goes away.</summary>
    public FakeServer StreamAndStay(string operation, Action afterwards, params IReadOnlyList<EventView> events) =>
        On("GET", $"/operations/{operation}/events", async context =>
        {
            await WriteEventsAsync(context, events);
            afterwards();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

    /// <summary>As <see cref="Stream"/>, with the events after the position that the client asks for only.</summary>
    private static async Task WriteEventsAsync(HttpContext context, IReadOnlyList<EventView> events)
    {
        var after = long.TryParse(context.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out var position) ? position : 0;
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(": heartbeat\n\n");
        foreach (var e in events.Where(e => e.Position > after))
            await context.Response.WriteAsync($"id: {e.Position}\ndata: {JsonSerializer.Serialize(e, ApiJson.Default.EventView)}\n\n");
        await context.Response.Body.FlushAsync();
    }

    public static Task WriteAsync(HttpContext context, int status, string body, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    /// <summary>A port that is bound by a socket which does not listen: nobody is given it by chance before the server listens, or after.</summary>
    private static int TakePort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Taken.Add(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = context.Request;
        Requests.Enqueue(new(
            request.Method,
            $"{request.Path}{request.QueryString}",
            request.Headers.Authorization,
            request.Headers["Last-Event-ID"],
            request.Headers[Routes.RequestKeyHeader],
            body.ToArray()));
        RequestDelegate? answer = null;
        if (answers.TryGetValue($"{request.Method} {request.Path}", out var queue))
        {
            lock (queue)
                answer = queue.Count > 1 ? queue.Dequeue() : queue.Peek();
        }

        if (answer is not null)
            await answer(context);
        else
            await WriteAsync(context, 404, JsonSerializer.Serialize(Make.Problem(ProblemCodes.NotFound, 404, $"{request.Path} is not there."), ApiJson.Default.Problem), "application/problem+json");
    }
}

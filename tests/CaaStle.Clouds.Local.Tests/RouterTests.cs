using System.Net;
using System.Net.Sockets;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Tests;

public sealed class RouterTests
{
    [EngineFact]
    public async Task Applications_are_told_apart_by_host_name_at_one_port()
    {
        await using var engine = new Engine();
        var port = FreePort();
        var outputs = await MakeEnvironmentAsync(engine, port);
        Assert.Equal($"{port}", outputs["HttpPort"].Reveal());
        var request = Applications.Request(engine, outputs["Network"].Reveal());
        var running = Applications.Plan(engine, request);
        await engine.MakeAsync(running);

        Assert.Equal((HttpStatusCode.OK, "hello"), await AskAsync(port, "local-shop.localhost"));
        Assert.Equal((HttpStatusCode.NotFound, "There is no application other here.\n"), await AskAsync(port, "other.localhost"));
        Assert.Equal((HttpStatusCode.NotFound, "Ask for http://APPLICATION.localhost, not for 127.0.0.1.\n"), await AskAsync(port, "127.0.0.1"));

        await engine.ChangeAsync(running, Applications.Plan(engine, request with { Replicas = 0 }));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "local-shop is stopped.\n"), await AskAsync(port, "local-shop.localhost"));
    }

    [EngineFact]
    public async Task A_stopped_environment_has_no_router_that_runs()
    {
        await using var engine = new Engine();
        var port = FreePort();
        await MakeEnvironmentAsync(engine, port);

        var stopped = await MakeEnvironmentAsync(engine, port, stopped: true);

        Assert.Equal($"{port}", stopped["HttpPort"].Reveal());
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(port, "local-shop.localhost"));
        await MakeEnvironmentAsync(engine, port);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(port, "local-shop.localhost")).Status);
    }

    private static Task<IReadOnlyDictionary<string, Value>> MakeEnvironmentAsync(Engine engine, int port, bool stopped = false)
    {
        var plan = new Blueprint();
        engine.Cloud.Coes[0].Plan(new(engine.Scope, new Options(new Dictionary<string, object> { ["http_port"] = (long)port }), stopped), plan);
        return engine.MakeAsync(plan);
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(int port, string host)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/") { Headers = { Host = $"{host}:{port}" } };
        using var answer = await http.SendAsync(request, Engine.Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Engine.Cancel));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

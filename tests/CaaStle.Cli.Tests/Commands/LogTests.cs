using CaaStle.Api;
using CaaStle.Cli.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CaaStle.Cli.Tests.Commands;

public sealed class LogTests
{
    private const string One = """
        {"at":"2026-03-01T11:00:00Z","source":"r1/replica-1","text":"hello \u001b]0;title\u0007there"}
        {"source":"r1/replica-1","text":"again"}

        """;

    private const string Two = One + """
        {"source":"r1/replica-1/proxy","text":"aside"}
        {"source":"r1/replica-1","text":"back"}

        """;

    [Fact]
    public async Task Lines_of_one_source_come_as_they_are_without_terminal_commands()
    {
        await using var server = await Server(One);
        using var cld = new Cld(server);

        Assert.Equal(new Result(ExitCode.Ok, "hello there\nagain\n", ""), await cld.RunAsync("app", "logs", "shop"));
    }

    [Fact]
    public async Task Lines_of_several_sources_say_where_they_are_from()
    {
        await using var server = await Server(Two);
        using var cld = new Cld(server);

        Assert.Equal(
            """
            r1/replica-1       | hello there
            r1/replica-1       | again
            r1/replica-1/proxy | aside
            r1/replica-1       | back

            """,
            (await cld.RunAsync("app", "logs", "shop")).Output);
        var painted = (await cld.RunAsync("app", "logs", "shop", "--color", "always")).Output;
        Assert.Contains("\u001b[36mr1/replica-1       | \u001b[0mback", painted);
        Assert.Contains("\u001b[33mr1/replica-1/proxy | \u001b[0maside", painted);
    }

    [Fact]
    public async Task Followed_lines_of_one_source_are_not_held_back_for_long()
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);
        var (output, error) = (new WatchedWriter("again", cld.Interruption.Cancel), new StringWriter());
        server.On("GET", "/apps/shop/logs", async context =>
        {
            await FakeServer.WriteAsync(context, 200, One, "application/x-ndjson");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        var exit = await CommandLine.RunAsync(["app", "logs", "shop", "-f"], cld.Context(output, error), cld.Interruption.Token);

        Assert.Equal((ExitCode.Interrupted, "hello there\nagain\n"), (exit, output.ToString()));
    }

    [Fact]
    public async Task Everything_that_is_asked_for_is_sent()
    {
        await using var server = await Server(One);
        using var cld = new Cld(server);

        await cld.RunAsync("app", "logs", "shop", "--tail", "5", "--since", "10m", "-f", "--replica", "2");
        await cld.RunAsync("app", "logs", "shop", "--previous");

        Assert.Equal(
            ["GET /apps/shop/logs?follow=true&tail=5&since=2026-03-01T11%3A50%3A00.0000000%2B00%3A00&replica=2", "GET /apps/shop/logs?previous=true"],
            server.Requests.Select(request => request.ToString()));
        Assert.Equal(ExitCode.Usage, (await cld.RunAsync("app", "logs", "shop", "--since", "lately")).Exit);
    }

    [Theory]
    [InlineData("There are no lines.\n")]
    [InlineData("Nothing is kept of what it wrote before.\n", "--previous")]
    public async Task No_lines_are_said_to_be_none(string note, params string[] options)
    {
        await using var server = await Server("");
        using var cld = new Cld(server);

        Assert.Equal(new Result(ExitCode.Ok, "", note), await cld.RunAsync(["app", "logs", "shop", .. options]));
    }

    private static async Task<FakeServer> Server(string lines) =>
        (await FakeServer.StartAsync()).On("GET", "/apps/shop/logs", context => FakeServer.WriteAsync(context, 200, lines, "application/x-ndjson"));
}

using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Connection;

public sealed class ServerTests
{
    private static readonly ServerStatus Status = new("0.1.0", 42, Make.Now.AddHours(-1), "/home/ada/.cld", 0, [new("local", ["local-docker"], ["mysql"], ["local"], ["Docker does not run."])]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_is_started_when_none_runs_or_the_address_is_stale(bool isStale)
    {
        await using var server = await Server();
        using var cld = new Cld();
        if (isStale)
            cld.WriteAddress("http://127.0.0.1:1");
        Executable(cld, $$"""echo "started with $*"; echo '{"url":"{{server.Url}}","processId":1,"version":"0.1.0"}' > "$CLD_HOME/server.json"; sleep 1""");

        var result = await cld.RunAsync("env", "list");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.StartsWith("Starting the server…\n", result.Error);
        Assert.Equal("started with --detach\n", File.ReadAllText(Path.Combine(cld.Home, "logs", "server.log")));
    }

    [Fact]
    public async Task A_server_that_ends_at_once_is_reported_with_its_last_lines()
    {
        using var cld = new Cld();
        Executable(cld, "echo 'the store is newer than this server' >&2; exit 1");

        var result = await cld.RunAsync("env", "list");

        Assert.Equal(ExitCode.Unreachable, result.Exit);
        Assert.Equal(
            $"Starting the server…\nerror: The server ended as soon as it was started.\n  the store is newer than this server\n  (from {cld.Home}/logs/server.log)\n",
            result.Error);
    }

    [Fact]
    public async Task Without_anything_to_start_it_says_where_it_looked()
    {
        using var cld = new Cld();

        var result = await cld.RunAsync("env", "list");

        Assert.Equal(ExitCode.Unreachable, result.Exit);
        Assert.Contains("bin/server/cld-server", result.Error);
        Assert.DoesNotContain("Starting", result.Error);
    }

    [Fact]
    public async Task A_server_named_by_CLD_SERVER_is_never_started()
    {
        using var cld = new Cld();
        Executable(cld, "exit 1");
        cld.Variables["CLD_SERVER"] = "http://127.0.0.1:1";

        var result = await cld.RunAsync("env", "list");

        Assert.Equal(ExitCode.Unreachable, result.Exit);
        Assert.StartsWith("error: The server at http://127.0.0.1:1/ does not answer.", result.Error);
        cld.Variables["CLD_SERVER"] = "nonsense";
        Assert.Equal(ExitCode.Usage, (await cld.RunAsync("env", "list")).Exit);
    }

    [Fact]
    public async Task A_token_that_is_gone_is_said_with_the_way_to_a_new_one()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("GET", "/environments", Make.Problem(ProblemCodes.Unauthorized, 401, "No."));
        using var cld = new Cld(server);
        var token = Path.Combine(cld.Home, "token");
        File.Delete(token);

        var result = await cld.RunAsync("env", "list");

        Assert.Equal(ExitCode.Unauthorized, result.Exit);
        Assert.StartsWith($"error: The server's token is gone: there is no {token}.\n", result.Error);
        Assert.EndsWith("→ kill 1\n→ cld server start\n", result.Error);
    }

    [Fact]
    public async Task Status_and_stop_start_nothing()
    {
        using var cld = new Cld();
        Executable(cld, "exit 1");

        Assert.Equal(new Result(ExitCode.Unreachable, "", "error: No server runs.\n→ cld server start\n"), await cld.RunAsync("server", "status"));
        Assert.Equal(new Result(ExitCode.Ok, "", "No server runs.\n"), await cld.RunAsync("server", "stop"));
    }

    [Fact]
    public async Task Status_shows_what_stands_in_the_way_of_a_cloud()
    {
        await using var server = await Server();
        using var cld = new Cld(server);

        Assert.Equal(
            $"""
            Address      {server.Url}/
            Process      42
            Version      0.1.0
            Started      1 h ago
            Home         /home/ada/.cld
            Operations   none under way

            CLOUD   ENGINES        RESOURCES   REGISTRIES   USABLE
            local   local-docker   mysql       local        no: Docker does not run.

            """,
            (await cld.RunAsync("server", "status")).Output);
    }

    [Fact]
    public async Task Stop_waits_until_the_server_is_gone()
    {
        var server = await Server();
        server.On("POST", "/server/stop", context =>
        {
            context.Response.StatusCode = 202;
            _ = server.DisposeAsync().AsTask();
            return Task.CompletedTask;
        });
        using var cld = new Cld(server);

        Assert.Equal(new Result(ExitCode.Ok, "", "The server has ended.\n"), await cld.RunAsync("server", "stop"));
        Assert.Equal(ExitCode.Unreachable, (await cld.RunAsync("server", "status")).Exit);
    }

    private static async Task<FakeServer> Server() => (await FakeServer.StartAsync())
        .On("GET", "/server", Status, ApiJson.Default.ServerStatus)
        .On("GET", "/environments", context => FakeServer.WriteAsync(context, 200, "[]"));

    internal static void Executable(Cld cld, string script)
    {
        var path = cld.Write("cld-server", $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        cld.Variables["CLD_SERVER_EXECUTABLE"] = path;
    }
}

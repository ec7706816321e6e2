using System.Text.Json;
using System.Text.RegularExpressions;
using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class OperationTests
{
    private static readonly IReadOnlyList<OutputGroup> Outputs = [new("mysql", [new("Address", "127.0.0.1:3306", false), new("Password", "****", true)])];

    [Fact]
    public async Task Plain_progress_is_one_line_for_each_event_and_ends_with_outputs_and_next_commands()
    {
        await using var server = await Server("succeeded", Make.Success);
        using var cld = Ready(server);

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Equal(
            """
            op-1: create environment/orders
            12:00:01  queued, asked for by ada
            12:00:02  started
            12:00:03  3 steps: network, mysql/password, mysql/server
            12:00:04  mysql/password: generated
            12:00:05  network (docker/network): creating orders-net
            12:00:06  network (docker/network): ready
            12:00:07  mysql/server (docker/container): creating orders-mysql
            12:00:08  mysql/server: starting
            12:00:09  mysql/server | one red
            12:00:09  mysql/server | two
            12:00:10  mysql/server: ready
            12:00:11  ended: succeeded
            ✓ environment/orders is available (12 s)
            → cld app deploy NAME orders FILE
            → cld env show orders

            """,
            result.Error);
        Assert.Equal("mysql   Address   127.0.0.1:3306\n", result.Output);
    }

    [Fact]
    public async Task A_failure_gives_cause_log_what_was_undone_and_the_next_command()
    {
        await using var server = await Server("rolled-back", Make.RolledBack, Make.Failure);
        using var cld = Ready(server);

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml", "--progress", "quiet");

        Assert.Equal(ExitCode.RolledBack, result.Exit);
        Assert.Empty(result.Output);
        Assert.Equal(
            """
            ✗ environment/orders: the creation failed (12 s)
              mysql/server: The container exited with code 1.
              last lines of its log:
              | mysqld: out of memory
              Undone; nothing is left of it:
                docker/network orders-net deleted
                docker/container orders-mysql deleted
            → cld op show op-1

            """,
            result.Error);
    }

    [Theory]
    [InlineData("rolled-back", "ada", 8)]
    [InlineData("kept", null, 1)]
    [InlineData("succeeded", null, 0)]
    public async Task The_end_decides_the_exit_code(string state, string? cancelledBy, int exit)
    {
        await using var server = await Server(state, Make.Success, cancelledBy: cancelledBy);
        using var cld = Ready(server);

        Assert.Equal(exit, (int)(await cld.RunAsync("op", "watch", "op-1", "-q")).Exit);
    }

    [Fact]
    public async Task Json_progress_is_the_events_and_a_summary_last()
    {
        await using var server = await Server("rolled-back", Make.RolledBack, Make.Failure);
        using var cld = Ready(server);

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml", "--progress", "json");

        var lines = result.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(16, lines.Count);
        Assert.Equal(Enumerable.Range(1, 15), lines.Take(15).Select(line => line.GetProperty("position").GetInt32()));
        Assert.Equal(
            """
            {"type":"summary","operation":"op-1","action":"create","subject":"environment/orders","result":"rolled-back","exitCode":7,"durationSeconds":12.5,"failure":{"code":"object-failed","key":"mysql/server","cause":"The container exited with code 1.","lastLog":["mysqld: out of memory"]},"changes":[{"key":"network","kind":"docker/network","identity":"orders-net","what":"undone"},{"key":"mysql/server","kind":"docker/container","identity":"orders-mysql","what":"undone"}],"outputs":[],"next":["cld op show op-1"]}
            """,
            lines[15].GetRawText());
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Json_output_is_the_summary_alone()
    {
        await using var server = await Server("succeeded", Make.Success);
        using var cld = Ready(server);

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml", "-o", "json");

        Assert.Equal("succeeded", JsonDocument.Parse(result.Output).RootElement.GetProperty("result").GetString());
        Assert.Contains("12:00:11  ended: succeeded", result.Error);
        Assert.DoesNotContain("→", result.Error);
    }

    [Fact]
    public async Task The_tree_shows_each_step_and_leaves_its_last_picture()
    {
        await using var server = await Server("succeeded", Make.Success);
        using var cld = Ready(server);
        cld.IsTerminal = true;

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml");

        var picture = Cld.Plain(result.Error).Replace("\r", "");
        Assert.Contains("environment/orders  create  succeeded", picture);
        Assert.Contains(
            """
            ├── ✓ network       docker/network    ready         1.0 s
            └── mysql
                ├── ✓ password  value             ready
                └── ✓ server    docker/container  ready         3.0 s
            """,
            string.Join('\n', picture.Split('\n').Select(line => line.TrimEnd())));
        Assert.Contains("✓ environment/orders is available (12 s)", picture);
        Assert.EndsWith("→ cld env show orders\n", picture);
    }

    [Fact]
    public async Task A_narrow_tree_has_no_kinds_but_room_for_the_clouds_words()
    {
        var wordy = Make.Success.Select(e => e is { Type: "object-ready", Key: "mysql/server" } ? e with { Detail = new string('w', 200) } : e);
        await using var server = await Server("succeeded", [.. wordy]);
        using var cld = Ready(server);
        cld.IsTerminal = true;
        cld.TerminalSize = (80, 24);

        var picture = Cld.Plain((await cld.RunAsync("env", "create", "orders", "env.yaml")).Error).Replace("\r", "");

        Assert.DoesNotContain("docker/", picture);
        Assert.InRange(Regex.Match(picture, "    └── ✓ server .*?w…").Length, 70, 80);
    }

    [Fact]
    public async Task A_deletion_says_that_nothing_is_left_when_the_cloud_was_asked()
    {
        IReadOnlyList<EventView> events =
        [
            Make.Event(1, "operation-started"),
            Make.Event(2, "object-deleting", "network"),
            Make.Event(3, "operation-started", detail: "resumed") with { Lines = ["no space left on device"] },
            Make.Event(4, "object-deleted", "network"),
            Make.Event(5, "leftovers-checked") with { Lines = ["docker/volume orders-data"] },
            Make.Event(6, "leftovers-checked") with { Lines = [] },
            Make.Event(7, "operation-ended", detail: "succeeded"),
        ];
        await using var server = await FakeServer.StartAsync();
        server
            .On("GET", "/operations/op-1", Make.Operation("succeeded", action: "delete"), ApiJson.Default.OperationView)
            .Stream("op-1", [.. events]);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("op", "watch", "op-1");

        Assert.Equal(
            """
            op-1: delete environment/orders
            12:00:01  started
            12:00:02  network: deleting
            12:00:03  started (resumed after: no space left on device)
            12:00:04  network: deleted
            12:00:05  checked: still there: docker/volume orders-data
            12:00:06  checked: nothing is left
            12:00:07  ended: succeeded
            ✓ environment/orders is deleted (12 s); nothing of it is left in its cloud

            """,
            result.Error);
    }

    [Fact]
    public async Task Detached_it_prints_the_operation_and_returns()
    {
        await using var server = await Server("succeeded", Make.Success);
        using var cld = Ready(server);

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml", "--detach");

        Assert.Equal(new Result(ExitCode.Ok, "op-1\n", "→ cld op watch op-1\n"), result);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Interrupting_detaches_and_says_how_to_come_back()
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = Ready(server);
        server
            .On("POST", "/environments", Make.Operation("queued"), ApiJson.Default.OperationView, 202)
            .StreamAndStay("op-1", cld.Interruption.Cancel, [.. Make.Success.Take(5)]);

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml");

        Assert.Equal(ExitCode.Interrupted, result.Exit);
        Assert.EndsWith(
            """

            Detached. op-1 (create of environment/orders) goes on.
            → cld op watch op-1    to come back
            → cld op cancel op-1   to stop and undo it

            """,
            result.Error);
        Assert.DoesNotContain(server.Requests, request => request.PathAndQuery.EndsWith("/cancel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broken_stream_is_taken_up_after_the_last_event()
    {
        await using var server = await FakeServer.StartAsync();
        server
            .On("POST", "/environments", Make.Operation("queued"), ApiJson.Default.OperationView, 202)
            .Stream("op-1", [.. Make.Success.Take(4)])
            .Break("GET", "/operations/op-1/events")
            .Stream("op-1", [.. Make.Success.Take(7)])
            .Stream("op-1", Make.Success)
            .On("GET", "/operations/op-1", Make.Operation("succeeded"), ApiJson.Default.OperationView);
        using var cld = Ready(server);

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml", "--progress", "json");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Equal([null, "4", "4", "7"], server.Requests.Where(request => request.PathAndQuery.EndsWith("/events", StringComparison.Ordinal)).Select(request => request.LastEventId));
        var types = result.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("type").GetString()!).ToList();
        Assert.Equal(
            [.. Make.Success.Take(4).Select(e => e.Type), "connection-lost", "connection-restored", .. Make.Success.Skip(4).Take(3).Select(e => e.Type), "connection-lost", "connection-restored", .. Make.Success.Skip(7).Select(e => e.Type), "summary"],
            types);
    }

    [Fact]
    public async Task When_the_server_stays_away_it_says_so_and_exits_with_9()
    {
        var server = await FakeServer.StartAsync();
        server
            .On("POST", "/environments", Make.Operation("queued"), ApiJson.Default.OperationView, 202)
            .On("GET", "/operations/op-1/events", async context =>
            {
                context.Abort();
                await Task.Yield();
                _ = server.DisposeAsync().AsTask();
            });
        using var cld = Ready(server);
        cld.Variables["CLD_SERVER"] = server.Url;

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml");

        Assert.Equal(ExitCode.Unreachable, result.Exit);
        Assert.Contains("op-1 goes on as soon as the server runs.", result.Error);
        Assert.EndsWith("→ cld server start\n→ cld op watch op-1\n", result.Error);
    }

    [Fact]
    public async Task Waiting_for_a_lock_follows_its_holder_and_tries_again()
    {
        await using var server = await FakeServer.StartAsync();
        server
            .Refuse("POST", "/environments", Make.Problem(ProblemCodes.Locked, 409, "Locked.", operation: Make.Operation("running", id: "op-0")))
            .On("POST", "/environments", Make.Operation("queued"), ApiJson.Default.OperationView, 202)
            .Stream("op-0", Make.Event(1, "operation-ended", detail: "succeeded"))
            .Stream("op-1", Make.Success)
            .On("GET", "/operations/op-1", Make.Operation("succeeded"), ApiJson.Default.OperationView);
        using var cld = Ready(server);

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml", "--wait-lock", "--progress", "quiet");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.StartsWith("Waiting for op-0 (create of environment/orders, asked for by ada) to end…\n✓", result.Error);
        Assert.Equal(2, server.Requests.Count(request => request.Method == "POST"));
    }

    [Fact]
    public async Task Cancelling_succeeds_when_everything_is_undone()
    {
        await using var server = await Server("rolled-back", Make.RolledBack, new("cancelled", null, "Cancelled by ada.", []), "ada");
        server.On("POST", "/operations/op-1/cancel", Make.Operation("running", cancelledBy: "ada"), ApiJson.Default.OperationView, 202);
        using var cld = Ready(server);

        var result = await cld.RunAsync("op", "cancel", "op-1", "--progress", "quiet");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.StartsWith("✗ environment/orders: cancelled by ada (12 s)\n  Undone; nothing is left of it:\n", result.Error);
    }

    private static async Task<FakeServer> Server(string state, IReadOnlyList<EventView> events, FailureView? failure = null, string? cancelledBy = null) =>
        (await FakeServer.StartAsync())
            .On("POST", "/environments", Make.Operation("queued"), ApiJson.Default.OperationView, 202)
            .Stream("op-1", events)
            .On(
                "GET",
                "/operations/op-1",
                Make.Operation(state, failure: failure, cancelledBy: cancelledBy, outputs: state == "succeeded" ? Outputs : []),
                ApiJson.Default.OperationView);

    private static Cld Ready(FakeServer server)
    {
        var cld = new Cld(server);
        cld.Write("env.yaml", "environment: {}\n");
        return cld;
    }
}

using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

/// <summary>Operations that change an application: what is asked for, and how it is shown.</summary>
public sealed class ChangeTests
{
    [Theory]
    [InlineData("PUT /apps/shop", """{"definition":"app: {}\n","fileName":"app.yaml","noRollback":true}""", "redeploy", "shop", "app.yaml", "--no-rollback")]
    [InlineData("PUT /apps/shop", """{"noRollback":false}""", "redeploy", "shop")]
    [InlineData("POST /apps/shop/rollback", "", "rollback", "shop")]
    [InlineData("POST /apps/shop/rollback?revision=3&noRollback=true", "", "rollback", "shop", "3", "--no-rollback")]
    [InlineData("POST /apps/shop/scale?replicas=3", "", "scale", "shop", "3")]
    [InlineData("POST /apps/shop/scale?replicas=-1", "", "scale", "shop", "-1")]
    [InlineData("POST /apps/shop/restart", "", "restart", "shop")]
    [InlineData("POST /apps/shop/stop", "", "stop", "shop")]
    [InlineData("POST /apps/shop/start?noRollback=true", "", "start", "shop", "--no-rollback")]
    public async Task Every_verb_asks_for_what_was_typed(string request, string body, params string[] words)
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);
        cld.Write("app.yaml", "app: {}\n");
        server.On(request.Split(' ')[0], request.Split(' ', '?')[1], Operation("queued"), ApiJson.Default.OperationView, 202);

        Assert.Equal(new Result(ExitCode.Ok, "op-1\n", ""), await cld.RunAsync(["app", .. words, "--detach", "-q"]));
        Assert.Equal((request, body), (server.Requests.Single().ToString(), server.Requests.Single().Text));
    }

    [Theory]
    [InlineData("N is a number, not 'many'.", "scale", "shop", "many")]
    [InlineData("REVISION is a number, not 'r3'.", "rollback", "shop", "r3")]
    [InlineData("cld app scale needs N.", "scale", "shop")]
    [InlineData("cld app run needs -- COMMAND.", "run", "shop")]
    [InlineData("cld app run needs -- COMMAND.", "run", "shop", "--")]
    [InlineData("What was written before cannot be followed.", "logs", "shop", "-f", "--previous")]
    public async Task Mistakes_are_found_before_anything_is_sent(string message, params string[] words)
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);

        var result = await cld.RunAsync(["app", .. words]);

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.StartsWith($"error: {message}\n", result.Error);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task The_tree_tells_what_is_new_what_changes_what_stays_and_what_goes()
    {
        await using var server = await Server("succeeded", Make.Updated);
        using var cld = new Cld(server) { IsTerminal = true };

        var picture = Picture(await cld.RunAsync("app", "redeploy", "shop"));

        Assert.StartsWith(
            """
            ├── = password       value             unchanged
            ├── = volume         docker/volume     unchanged
            ├── ✓ r2/replica-1   docker/container  ready          1.0 s  healthy
            ├── ✓ route          docker/proxy      changed        3.0 s
            ├── ✓ address        docker/network    ready          1.0 s
            ├── r1
            │   ├── ✓ replica-1  docker/container  deleted        2.0 s
            │   └── ✓ replica-2  docker/container  deleted        1.0 s
            └── ✓ address        docker/network    deleted        2.0 s
            ✓ application/shop is redeployed, revision 2 (12 s)
            """,
            picture);
    }

    [Fact]
    public async Task While_it_is_undone_the_tree_shows_that_what_was_there_stays()
    {
        await using var server = await Server("rolled-back", Make.UpdateRolledBack, Make.UpdateFailure);
        using var cld = new Cld(server) { IsTerminal = true };

        Assert.StartsWith(
            """
            ├── · password       value             waiting
            ├── = volume         docker/volume     unchanged
            ├── ✓ r2/replica-1   docker/container  deleted        1.0 s
            ├── ✓ route          docker/proxy      restored       6.0 s  as before
            ├── ✓ address        docker/network    deleted        1.0 s
            └── r1
                ├── · replica-1  docker/container  stays
                └── · replica-2  docker/container  stays
            """,
            Picture(await cld.RunAsync("app", "redeploy", "shop")));
    }

    [Fact]
    public async Task In_lines_objects_that_stay_are_said_to_be_unchanged()
    {
        await using var server = await Server("succeeded", Make.Updated);
        using var cld = new Cld(server);

        Assert.Equal(
            """
            op-1: redeploy application/shop
            12:00:01  started
            12:00:02  5 steps: password, volume, r2/replica-1, route, address; goes at the end: r1/replica-1, r1/replica-2
            12:00:03  volume: unchanged
            12:00:04  r2/replica-1 (docker/container): creating shop-r2-1
            12:00:05  r2/replica-1: ready, healthy
            12:00:06  route (docker/proxy): changing shop-route
            12:00:07  address#2 (docker/network): creating shop-net-2
            12:00:08  address#2: ready
            12:00:09  route: ready, changed
            12:00:10  everything is ready; goes now: r1/replica-1, r1/replica-2, address
            12:00:11  r1/replica-1: deleting
            12:00:12  r1/replica-1: the last lines of its log are kept (1)
            12:00:13  r1/replica-1: deleted
            12:00:14  address: deleting
            12:00:16  address: deleted
            12:00:17  r1/replica-2: deleting
            12:00:18  r1/replica-2: deleted
            12:00:19  checked: nothing is left of what went
            12:00:20  ended: succeeded
            ✓ application/shop is redeployed, revision 2 (12 s)

            """,
            (await cld.RunAsync("app", "redeploy", "shop")).Error);
    }

    [Theory]
    [InlineData("redeploy", "available", "the redeployment failed", "Undone; the earlier revision serves on:")]
    [InlineData("restart", "available", "the restart failed", "Undone; the earlier revision serves on:")]
    [InlineData("redeploy", "stopped", "the redeployment failed", "Undone; it is stopped as before:")]
    [InlineData("scale", "available", "the scaling failed", "Undone; it is as it was before:")]
    [InlineData("redeploy", "update-failed", "the redeployment failed", "Undone; it is as it was before:")]
    public async Task A_change_that_failed_gives_cause_log_what_was_undone_and_what_there_is(string action, string before, string what, string remains)
    {
        await using var server = await Server("rolled-back", Make.UpdateRolledBack, Make.UpdateFailure, action, before);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("op", "watch", "op-1", "--progress", "quiet");

        Assert.Equal(ExitCode.RolledBack, result.Exit);
        Assert.Equal(
            $"""
            ✗ application/shop: {what} (12 s)
              r2/replica-1: exited with code 3
              last lines of its log:
              | no such table
              {remains}
                docker/container shop-r2-1 deleted
                docker/proxy shop-route restored
                docker/network shop-net-2 deleted
            → cld op show op-1

            """,
            result.Error);
    }

    [Fact]
    public async Task The_summary_lists_what_is_different_now()
    {
        await using var server = await Server("succeeded", Make.Updated);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("app", "redeploy", "shop", "-o", "json", "-q");

        var changes = JsonDocument.Parse(result.Output).RootElement.GetProperty("changes").EnumerateArray()
            .Select(change => $"{change.GetProperty("key")} {change.GetProperty("what")}");
        Assert.Equal(
            ["r2/replica-1 created", "route changed", "address created", "r1/replica-1 deleted", "r1/replica-2 deleted", "address deleted"], changes);
    }

    [Fact]
    public async Task An_undoing_can_be_ended_with_what_there_is()
    {
        await using var server = await Server("kept", [.. Make.Update, Make.Event(9, "operation-ended", detail: "kept")], Make.UpdateFailure, cancelledBy: "ada");
        server.On("POST", "/operations/op-1/cancel", Operation("rolling-back"), ApiJson.Default.OperationView, 202);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("op", "cancel", "op-1", "--keep", "--progress", "quiet");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Equal("POST /operations/op-1/cancel?keep=true", server.Requests.First().ToString());
        Assert.Contains("  Kept as it is:\n    docker/container shop-r2-1\n", result.Error);
    }

    [Fact]
    public async Task Whoever_leaves_while_it_is_undone_is_told_how_to_undo_no_further()
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);
        var error = new WatchedWriter("blocked: in use", cld.Interruption.Cancel) { NewLine = "\n" };
        server
            .On("GET", "/operations/op-1", Operation("running"), ApiJson.Default.OperationView)
            .StreamAndStay("op-1", () => { }, [.. Make.UpdateRolledBack.Take(13), Make.Event(14, "object-blocked", "r2/replica-1", detail: "in use")]);

        var exit = await CommandLine.RunAsync(["op", "watch", "op-1"], cld.Context(new StringWriter(), error), cld.Interruption.Token);

        Assert.Equal(ExitCode.Interrupted, exit);
        Assert.EndsWith("→ cld op watch op-1    to come back\n→ cld op cancel op-1 --keep   to undo it no further\n", error.ToString());
    }

    /// <summary>The last one, below its first line.</summary>
    private static string Picture(Result result)
    {
        var text = Cld.Plain(result.Error).Replace("\r", "");
        return string.Join('\n', text[text.LastIndexOf("application/shop  ", StringComparison.Ordinal)..].Split('\n').Skip(1).Select(line => line.TrimEnd()));
    }

    private static OperationView Operation(
        string state, FailureView? failure = null, string action = "redeploy", string before = "available", string? cancelledBy = null) =>
        Make.Operation(state, "application/shop", action, failure: failure, cancelledBy: cancelledBy) with { Revision = 2, StatusBefore = before };

    private static async Task<FakeServer> Server(
        string state,
        IReadOnlyList<EventView> events,
        FailureView? failure = null,
        string action = "redeploy",
        string before = "available",
        string? cancelledBy = null) => (await FakeServer.StartAsync())
            .On("PUT", "/apps/shop", Operation("queued"), ApiJson.Default.OperationView, 202)
            .On("GET", "/operations/op-1", Operation(state, failure, action, before, cancelledBy), ApiJson.Default.OperationView)
            .Stream("op-1", events);
}

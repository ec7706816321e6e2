using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class DriftTests
{
    [Fact]
    public async Task What_is_as_recorded_is_one_line()
    {
        await using var server = await Server(Object("network", "ready", "ready"));
        using var cld = new Cld(server);

        Assert.Equal(
            new Result(ExitCode.Ok, "✓ environment/orders is as recorded: 1 object, all there and well\n", ""), await cld.RunAsync("env", "drift", "orders"));
    }

    [Fact]
    public async Task What_differs_is_told_with_its_last_words_and_what_to_type()
    {
        await using var server = await Server(
            Object("network", "ready", "ready"),
            Object("mysql/volume", "missing", "absent", holdsData: true),
            Object("mysql/container", "broken", "exited with code 1", "mysqld: \u001b[31mout of memory"),
            Object("redis/container", "changed", "to be changed"),
            Object("r1/replica-1", "unknown", "op-9 is working on application/shop") with { Subject = "application/shop" });
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "drift", "orders");

        Assert.Equal(ExitCode.ChangesPending, result.Exit);
        Assert.Equal(
            """
            OF                   OBJECT            KIND            NAME                   STATE
            environment/orders   mysql/volume      docker/object   orders-mysql/volume    missing   absent; the data in it is gone
            environment/orders   mysql/container   docker/object   orders-mysql/contain   broken    exited with code 1
            environment/orders   redis/container   docker/object   orders-redis/contain   changed   to be changed
            application/shop     r1/replica-1      docker/object   orders-r1/replica-1    unknown   op-9 is working on application/shop
            last lines of orders-mysql/contain:
            | mysqld: out of memory
            ✗ environment/orders: 3 of 5 objects differ from what is recorded; 1 of 5 objects cannot be told about now

            """,
            result.Output);
        Assert.Equal("→ cld env drift orders --fix\n→ cld env drift orders --accept\n", result.Error);
        Assert.Contains("\"state\": \"missing\"", (await cld.RunAsync("env", "drift", "orders", "-o", "json")).Output);
    }

    [Theory]
    [InlineData(ExitCode.Ok, "ready")]
    [InlineData(ExitCode.ChangesPending, "ready", "broken")]
    [InlineData(ExitCode.ChangesPending, "unknown", "missing")]
    [InlineData(ExitCode.Failed, "ready", "unknown")]
    public async Task What_cannot_be_told_is_never_fine(object exit, params string[] states)
    {
        await using var server = await Server([.. states.Select(state => Object(state, state, state))]);
        using var cld = new Cld(server);

        Assert.Equal(exit, (await cld.RunAsync("env", "drift", "orders", "-q")).Exit);
    }

    [Theory]
    [InlineData(false, "ready")]
    [InlineData(true, "missing")]
    [InlineData(true, "broken")]
    [InlineData(true, "unknown")]
    public async Task It_is_repaired_where_anything_is_not_known_to_be_fine(bool isRepaired, string state)
    {
        await using var server = await Server(Object("network", state, state));
        server.On("POST", "/environments/orders/repair", Make.Operation("queued", action: "repair"), ApiJson.Default.OperationView, 202);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "drift", "orders", "--fix", "--progress", "quiet");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Equal(isRepaired, server.Requests.Any(request => request.ToString() == "POST /environments/orders/repair"));
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData(true, "y\n", ExitCode.Ok, true, "missing")]
    [InlineData(true, "n\n", ExitCode.Cancelled, false, "missing")]
    [InlineData(false, "", ExitCode.Usage, false, "missing")]
    [InlineData(true, "y\n", ExitCode.ChangesPending, true, "missing", "broken")]
    [InlineData(true, "y\n", ExitCode.Failed, true, "missing", "unknown")]
    [InlineData(true, "", ExitCode.ChangesPending, false, "broken", "changed")]
    [InlineData(true, "", ExitCode.Ok, false, "ready")]
    public async Task Only_what_is_missing_is_accepted_after_asking(bool isTerminal, string answer, object exit, bool isAccepted, params string[] states)
    {
        await using var server = await Server([.. states.Select(state => Object(state, state, state))]);
        server.On("POST", "/environments/orders/accept", Make.Operation("queued", action: "accept"), ApiJson.Default.OperationView, 202);
        using var cld = new Cld(server) { IsTerminal = isTerminal, Input = answer };

        var result = await cld.RunAsync("env", "drift", "orders", "--accept", "--progress", "quiet");

        Assert.Equal(exit, result.Exit);
        Assert.Equal(isAccepted, server.Requests.Any(request => request.ToString() == "POST /environments/orders/accept"));
        Assert.Equal(states.Any(state => state is "broken" or "changed") || states.Contains("unknown"), result.Error.Contains("cannot be forgotten"));
    }

    private static ObjectDriftView Object(string key, string state, string detail, string? lastLog = null, bool holdsData = false) => new(
        "environment/orders", key, "docker/object", $"orders-{key}"[..Math.Min(20, key.Length + 7)], state, detail, lastLog is null ? [] : [lastLog], holdsData);

    private static async Task<FakeServer> Server(params IReadOnlyList<ObjectDriftView> objects) => (await FakeServer.StartAsync())
        .On("GET", "/environments/orders/drift", new DriftView("orders", objects), ApiJson.Default.DriftView)
        .Stream("op-1", Make.Event(1, "operation-ended", detail: "succeeded"))
        .On("GET", "/operations/op-1", Make.Operation("succeeded", action: "repair"), ApiJson.Default.OperationView);
}

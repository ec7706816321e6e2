using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class DeleteTests
{
    [Fact]
    public async Task Without_a_terminal_and_without_yes_nothing_is_deleted()
    {
        await using var server = await Server(holdsData: false);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "delete", "orders");

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Contains("docker/volume", result.Error);
        Assert.Contains("--yes", result.Error);
        Assert.DoesNotContain(server.Requests, request => request.Method == "DELETE");
    }

    [Theory]
    [InlineData("--yes", null)]
    [InlineData("-y", null)]
    [InlineData("--force", "1")]
    public async Task With_yes_it_does_not_ask(string flag, string? variable)
    {
        await using var server = await Server(holdsData: true);
        using var cld = new Cld(server);
        if (variable is not null)
            cld.Variables["CLD_YES"] = variable;

        Assert.Equal(ExitCode.Ok, (await cld.RunAsync("env", "delete", "orders", flag, "-q")).Exit);
        Assert.Contains(server.Requests, request => request.ToString() == $"DELETE /environments/orders{(flag == "--force" ? "?force=true" : "")}");
    }

    [Theory]
    [InlineData(false, "y\n", true)]
    [InlineData(false, "\n", false)]
    [InlineData(false, "", false)]
    [InlineData(true, "y\n", false)]
    [InlineData(true, "orders\n", true)]
    public async Task On_a_terminal_it_asks_and_where_data_would_be_lost_for_the_name(bool holdsData, string answer, bool isDeleted)
    {
        await using var server = await Server(holdsData);
        using var cld = new Cld(server) { IsTerminal = true, Input = answer };

        var result = await cld.RunAsync("env", "delete", "orders", "--progress", "quiet");

        Assert.Equal(isDeleted ? ExitCode.Ok : ExitCode.Cancelled, result.Exit);
        Assert.Equal(isDeleted, server.Requests.Any(request => request.Method == "DELETE"));
        Assert.Contains(holdsData ? "Type 'orders' to confirm: " : "Delete environment orders? [y/N] ", result.Error);
        Assert.Equal(!isDeleted, result.Error.Contains("Nothing has been changed."));
    }

    private static async Task<FakeServer> Server(bool holdsData) => (await FakeServer.StartAsync())
        .On("GET", "/environments/orders/deletion", new PlanView("environment/orders", "delete", [new("mysql/volume", "docker/volume", "orders-mysql", [], holdsData)]), ApiJson.Default.PlanView)
        .On("DELETE", "/environments/orders", Make.Operation("queued", action: "delete"), ApiJson.Default.OperationView, 202)
        .Stream("op-1", Make.Event(1, "operation-ended", detail: "succeeded"))
        .On("GET", "/operations/op-1", Make.Operation("succeeded", action: "delete"), ApiJson.Default.OperationView);
}

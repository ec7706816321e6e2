using System.Diagnostics;
using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Completion;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("app completion container doctor env help op resource server setup validate", "")]
    [InlineData("container completion", "co")]
    [InlineData("copy create delete drift history list pause plan resume show ttl update", "env", "")]
    [InlineData("show", "env", "sh")]
    [InlineData("orders", "env", "drift", "or")]
    [InlineData("orders shop", "env", "copy", "")]
    [InlineData("--orphans --output", "doctor", "--o")]
    [InlineData("orders shop", "env", "show", "")]
    [InlineData("orders", "env", "show", "or")]
    [InlineData("orders shop", "app", "deploy", "web", "")]
    [InlineData("", "app", "deploy", "web", "orders", "")]
    [InlineData("--keep-data", "env", "delete", "--k")]
    [InlineData("dotenv json table yaml", "env", "show", "--output", "")]
    [InlineData("orders shop", "env", "show", "-o", "json", "")]
    [InlineData("orders shop", "resource", "list", "--env", "")]
    [InlineData("local", "container", "create", "web", "")]
    [InlineData("bash fish pwsh zsh", "completion", "")]
    [InlineData("1 2", "app", "rollback", "shop", "")]
    [InlineData("", "app", "rollback", "gone", "")]
    public async Task Words_are_completed(string expected, params string[] words)
    {
        await using var server = await FakeServer.StartAsync();
        server
            .On("GET", "/environments", [Make.Environment("shop"), Make.Environment("orders")], ApiJson.Default.IReadOnlyListEnvironmentSummary)
            .On(
                "GET",
                "/apps/shop/history",
                [
                    Make.Revision(4) with { IsInForce = true },
                    Make.Revision(3) with { State = "rolled-back" },
                    Make.Revision(2) with { IsNew = false },
                    Make.Revision(2),
                    Make.Revision(1),
                ],
                ApiJson.Default.IReadOnlyListRevisionView)
            .On("GET", "/server", new("0.1.0", 1, Make.Now, "/", 0, [new("local", [], [], ["local"], [])]), ApiJson.Default.ServerStatus);
        using var cld = new Cld(server) { Clock = new PatientClock() };

        var result = await cld.RunAsync(["__complete", "--", .. words]);

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Without_a_server_there_are_no_names_and_none_is_started()
    {
        using var cld = new Cld();

        Assert.Equal(new Result(ExitCode.Ok, "", ""), await cld.RunAsync("__complete", "--", "env", "show", ""));
    }

    [Fact]
    public async Task Of_many_names_only_those_that_fit_are_asked_for()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments", [Make.Environment("orders")], ApiJson.Default.IReadOnlyListEnvironmentSummary);
        using var cld = new Cld(server) { Clock = new PatientClock() };

        Assert.Equal("orders\n", (await cld.RunAsync("__complete", "--", "env", "show", "or")).Output);

        Assert.Equal("GET /environments?name=or%2A&limit=500", Assert.Single(server.Requests).ToString());
    }

    [Fact]
    public async Task A_slow_server_is_not_waited_for()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var cld = new Cld(server);

        Assert.Equal(new Result(ExitCode.Ok, "", ""), await cld.RunAsync("__complete", "--", "env", "show", ""));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task There_is_a_script_for_each_shell(string shell)
    {
        using var cld = new Cld();

        var script = (await cld.RunAsync("completion", shell)).Output;

        Assert.Contains("cld __complete", script);
        if (shell != "bash")
            return;
        using var check = Process.Start(new ProcessStartInfo("bash", ["-n", cld.Write("cld.bash", script)]))!;
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, check.ExitCode);
    }
}

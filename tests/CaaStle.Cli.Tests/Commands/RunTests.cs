using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class RunTests
{
    private static readonly IReadOnlyList<EventView> Events =
    [
        Make.Event(1, "operation-started"),
        Make.Event(2, "operation-planned") with { Steps = [new("run-op-1/image", "docker/image", null, [], false), new("run-op-1/job", "docker/job", null, [], false)] },
        Make.Event(3, "object-intended", "run-op-1/image", "docker/image", "web:1"),
        Make.Event(4, "object-logged", "run-op-1/image") with { Lines = ["pulling"] },
        Make.Event(5, "object-ready", "run-op-1/image"),
        Make.Event(6, "object-intended", "run-op-1/job", "docker/job", "shop-run"),
        Make.Event(7, "object-logged", "run-op-1/job") with { Lines = ["\u001b[31mred\u001b[0m\tand  spaces ", ""] },
        Make.Event(8, "object-progressed", "run-op-1/job", detail: "running"),
        Make.Event(9, "object-logged", "run-op-1/job") with { Lines = ["last"] },
    ];

    private const string Written = "\u001b[31mred\u001b[0m\tand  spaces \n\nlast\n";

    [Theory]
    [InlineData(false, "auto")]
    [InlineData(false, "plain")]
    [InlineData(true, "auto")]
    [InlineData(true, "tty")]
    [InlineData(true, "quiet")]
    public async Task What_the_command_writes_is_all_of_standard_output_as_it_is(bool isTerminal, string progress)
    {
        await using var server = await Server("succeeded");
        using var cld = new Cld(server) { IsTerminal = isTerminal };

        var result = await cld.RunAsync("app", "run", "shop", "--progress", progress, "--", "ls", "-la", "--detach", "a b");

        Assert.Equal((ExitCode.Ok, Written), (result.Exit, result.Output));
        Assert.EndsWith("✓ application/shop: the command ended with 0 (12 s)\n", Cld.Plain(result.Error));
        Assert.DoesNotContain("├", result.Error);
        Assert.Equal("""{"command":["ls","-la","--detach","a b"]}""", server.Requests.First().Text);
        Assert.Equal("POST /apps/shop/run", server.Requests.First().ToString());
    }

    [Fact]
    public async Task On_a_terminal_only_what_matters_stands_between_the_commands_lines()
    {
        await using var server = await Server("succeeded");
        using var cld = new Cld(server) { IsTerminal = true };

        Assert.Equal(
            "op-1: run application/shop\n12:00:08  run-op-1/job: running\n✓ application/shop: the command ended with 0 (12 s)\n",
            Cld.Plain((await cld.RunAsync("app", "run", "shop", "--", "ls")).Error));
    }

    [Theory]
    [InlineData("-q")]
    [InlineData("--progress=json")]
    [InlineData("--output=json")]
    public async Task It_exits_as_the_command_does(string option)
    {
        await using var server = await Server("rolled-back", new("object-failed", "run-op-1/job", "exited with code 42", ["last"]) { ExitCode = 42 });
        using var cld = new Cld(server);

        Assert.Equal(42, (int)(await cld.RunAsync("app", "run", "shop", option, "--", "false")).Exit);
        Assert.Equal(42, (int)(await cld.RunAsync("op", "watch", "op-1", option)).Exit);
    }

    [Fact]
    public async Task A_commands_failure_is_told_in_one_line_for_its_output_is_there_already()
    {
        await using var server = await Server("rolled-back", new("object-failed", "run-op-1/job", "exited with code 3", ["last"]) { ExitCode = 3 });
        using var cld = new Cld(server);

        Assert.Equal(
            new Result((ExitCode)3, Written, "✗ application/shop: the command ended with 3 (12 s)\n"),
            await cld.RunAsync("app", "run", "shop", "-q", "--", "false"));
    }

    [Fact]
    public async Task A_command_that_could_not_be_run_is_a_failure_with_its_cause()
    {
        await using var server = await Server("rolled-back", new("object-failed", "run-op-1/job", "no such image", []));
        using var cld = new Cld(server);

        var result = await cld.RunAsync("app", "run", "shop", "-q", "--", "false");

        Assert.Equal(ExitCode.RolledBack, result.Exit);
        Assert.Equal(
            "✗ application/shop: the command failed (12 s)\n  run-op-1/job: no such image\n  Nothing is left of it.\n→ cld op show op-1\n", result.Error);
    }

    [Fact]
    public async Task For_programs_standard_output_is_the_summary_and_nothing_else()
    {
        await using var server = await Server("succeeded");
        using var cld = new Cld(server);

        var result = await cld.RunAsync("app", "run", "shop", "-o", "json", "--", "ls");

        Assert.StartsWith("{\n  \"type\": \"summary\",\n", result.Output);
        Assert.DoesNotContain("spaces", result.Output);
        Assert.Contains("run-op-1/job | last\n", result.Error);
    }

    [Fact]
    public async Task Interrupting_leaves_the_command_running()
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);
        var (output, error) = (new WatchedWriter("last", cld.Interruption.Cancel), new StringWriter { NewLine = "\n" });
        server
            .On("POST", "/apps/shop/run", Operation("queued"), ApiJson.Default.OperationView, 202)
            .StreamAndStay("op-1", () => { }, Events);

        var exit = await CommandLine.RunAsync(["app", "run", "shop", "-q", "--", "ls"], cld.Context(output, error), cld.Interruption.Token);

        Assert.Equal((ExitCode.Interrupted, Written), (exit, output.ToString()));
        Assert.Equal(
            "\nDetached. op-1 (run of application/shop) goes on.\n→ cld op watch op-1    to come back\n→ cld op cancel op-1   to stop and undo it\n",
            error.ToString());
    }

    private static OperationView Operation(string state, FailureView? failure = null) => Make.Operation(state, "application/shop", "run", failure: failure);

    private static async Task<FakeServer> Server(string state, FailureView? failure = null) => (await FakeServer.StartAsync())
        .On("POST", "/apps/shop/run", Operation("queued"), ApiJson.Default.OperationView, 202)
        .On("GET", "/operations/op-1", Operation(state, failure), ApiJson.Default.OperationView)
        .Stream("op-1", [.. Events, Make.Event(10, "operation-ended", detail: state)]);
}

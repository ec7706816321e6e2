using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class ApplicationTests
{
    private static readonly ApplicationDetail Shop = new(
        "shop",
        "orders",
        "available",
        Make.Now.AddHours(-2),
        "ada",
        null,
        [new("Image", "sha256:1234", false), new("Url", "http://127.0.0.1:8080", false)],
        [new("r2/replica-1", "docker/container", "shop-r2-1", "ready", false), new("route", "docker/proxy", "shop-route", "ready", false)],
        "app: {}\n")
    {
        Revision = 2,
        Replicas = 1,
    };

    [Fact]
    public async Task An_application_shows_its_revision_its_replicas_where_it_is_and_its_objects()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/apps/shop", Shop, ApiJson.Default.ApplicationDetail);
        using var cld = new Cld(server);

        Assert.Equal(
            """
            Name          shop
            Status        available
            Environment   orders
            Revision      2
            Replicas      1
            Url           http://127.0.0.1:8080
            Created       2 h ago by ada

            Outputs
              Image   sha256:1234

            Objects
              r2/replica-1   docker/container   shop-r2-1    ready
              route          docker/proxy       shop-route   ready

            """,
            (await cld.RunAsync("app", "show", "shop")).Output);
    }

    [Fact]
    public async Task The_history_tells_what_changed_who_did_it_and_how_it_ended()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(
            "GET",
            "/apps/shop/history",
            [
                Make.Revision(3) with { State = "rolled-back", Image = null, Changes = ["env +A"], Failure = new("object-failed", "r3/replica-1", "exited with code 3", []) },
                Make.Revision(2, "scale") with { IsNew = false, IsInForce = true, Changes = ["replicas 1 → 3"] },
                Make.Revision(2) with { IsInForce = true, Changes = ["image", "env B"] },
                Make.Revision(1, "deploy") with { IsGone = true, Image = "registry/web:1" },
            ],
            ApiJson.Default.IReadOnlyListRevisionView);
        using var cld = new Cld(server);

        Assert.Equal(
            """
            REVISION   ACTION     STATE         IMAGE            BY    WHEN        CHANGES
            3          redeploy   rolled-back   -                ada   5 min ago   env +A
                                                                                   ✗ r3/replica-1: exited with code 3
            2          scale      succeeded     2123456789ab     ada   5 min ago   replicas 1 → 3
            2          redeploy   in force      2123456789ab     ada   5 min ago   image, env B
            1          deploy     gone          registry/web:1   ada   5 min ago   -

            """,
            (await cld.RunAsync("app", "history", "shop")).Output);
        Assert.Contains("\"definition\": \"app: {}\\n\"", (await cld.RunAsync("app", "history", "shop", "-o", "json")).Output);
    }

    [Fact]
    public async Task A_name_that_is_taken_can_be_redeployed_and_in_a_script_it_is_a_conflict_with_the_command_to_type()
    {
        await using var server = await Taken();
        using var cld = Ready(server);

        var result = await cld.RunAsync("app", "deploy", "shop", "orders", "my app.yaml");

        Assert.Equal(ExitCode.Conflict, result.Exit);
        Assert.Equal(
            """
            error: application/shop exists already.
              Add --redeploy to redeploy it, or take another name.
            → cld app deploy shop orders 'my app.yaml' --redeploy
            → cld app show shop

            """,
            result.Error);
        Assert.DoesNotContain(server.Requests, request => request.Method == "PUT");
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("\n", false)]
    public async Task On_a_terminal_it_asks_whether_to_redeploy(string answer, bool isRedeployed)
    {
        await using var server = await Taken();
        using var cld = Ready(server);
        (cld.IsTerminal, cld.Input) = (true, answer);

        var result = await cld.RunAsync("app", "deploy", "shop", "orders", "my app.yaml", "--progress", "quiet");

        Assert.Equal(isRedeployed ? ExitCode.Ok : ExitCode.Cancelled, result.Exit);
        Assert.StartsWith("application/shop exists already (available, revision 2). Redeploy it? [y/N] ", result.Error);
        Assert.Equal(!isRedeployed, result.Error.Contains("Nothing has been changed."));
        Assert.Equal(
            isRedeployed ? ["""{"definition":"app: {}\n","fileName":"my app.yaml","environment":"orders","noRollback":false}"""] : [],
            server.Requests.Where(request => request.Method == "PUT").Select(request => request.Text));
    }

    [Theory]
    [InlineData("--redeploy")]
    [InlineData("--yes")]
    public async Task Told_to_it_redeploys_without_asking(string option)
    {
        await using var server = await Taken();
        using var cld = Ready(server);

        Assert.Equal(ExitCode.Ok, (await cld.RunAsync("app", "deploy", "shop", "orders", "my app.yaml", option, "-q")).Exit);
        Assert.Single(server.Requests, request => request.Method == "PUT");
    }

    [Fact]
    public async Task Nobody_is_asked_about_an_application_in_another_environment()
    {
        await using var server = await Taken();
        using var cld = Ready(server);
        (cld.IsTerminal, cld.Input) = (true, "y\n");

        var result = await cld.RunAsync("app", "deploy", "shop", "elsewhere", "my app.yaml");

        Assert.Equal(ExitCode.Conflict, result.Exit);
        Assert.StartsWith("error: application/shop exists already, in environment orders.\n", Cld.Plain(result.Error));
        Assert.DoesNotContain(server.Requests, request => request.Method == "PUT");
    }

    [Fact]
    public async Task Whoever_waits_for_a_lock_is_asked_once()
    {
        await using var server = await FakeServer.StartAsync();
        server
            .Refuse("POST", "/apps", Exists())
            .On("GET", "/apps/shop", Shop, ApiJson.Default.ApplicationDetail)
            .Refuse("PUT", "/apps/shop", Make.Problem(ProblemCodes.Locked, 409, "Locked.", operation: Make.Operation("running", id: "op-0")))
            .On("PUT", "/apps/shop", Make.Operation("queued", "application/shop", "redeploy"), ApiJson.Default.OperationView, 202)
            .Stream("op-0", Make.Event(1, "operation-ended", detail: "succeeded"));
        using var cld = Ready(server);
        (cld.IsTerminal, cld.Input) = (true, "y\n");

        var result = await cld.RunAsync("app", "deploy", "shop", "orders", "my app.yaml", "--wait-lock", "--detach");

        Assert.Equal((ExitCode.Ok, "op-1\n"), (result.Exit, result.Output));
        Assert.Equal(2, result.Error.Split("Redeploy it?").Length);
    }

    private static Problem Exists() =>
        Make.Problem(ProblemCodes.AlreadyExists, 409, "application/shop exists already.", "Take another name.", ["cld app show shop"]);

    private static async Task<FakeServer> Taken() => (await FakeServer.StartAsync())
        .Refuse("POST", "/apps", Exists())
        .On("GET", "/apps/shop", Shop, ApiJson.Default.ApplicationDetail)
        .On("PUT", "/apps/shop", Make.Operation("queued", "application/shop", "redeploy"), ApiJson.Default.OperationView, 202)
        .On("GET", "/operations/op-1", Make.Operation("succeeded", "application/shop", "redeploy"), ApiJson.Default.OperationView)
        .Stream("op-1", Make.Updated);

    private static Cld Ready(FakeServer server)
    {
        var cld = new Cld(server);
        cld.Write("my app.yaml", "app: {}\n");
        return cld;
    }
}

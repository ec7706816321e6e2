using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

/// <summary>What is done with environments and containers that exist.</summary>
public sealed class EnvironmentChangeTests
{
    private const string Plan = "/environments/orders/plan";

    [Theory]
    [InlineData("POST /environments/orders/pause", "", "env", "pause", "orders")]
    [InlineData("POST /environments/orders/resume", "", "env", "resume", "orders")]
    [InlineData("POST /environments", """{"name":"orders","definition":"environment: {}\n","fileName":"e.yaml","noRollback":false,"timeToLiveSeconds":5400}""", "env", "create", "orders", "e.yaml", "--ttl", "1h30m")]
    public async Task Every_verb_asks_for_what_was_typed(string request, string body, params string[] words)
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);
        cld.Write("e.yaml", "environment: {}\n");
        server.On(request.Split(' ')[0], request.Split(' ')[1], Make.Operation("queued"), ApiJson.Default.OperationView, 202);

        Assert.Equal(new Result(ExitCode.Ok, "op-1\n", ""), await cld.RunAsync([.. words, "--detach", "-q"]));
        Assert.Equal((request, body), (server.Requests.Single().ToString(), server.Requests.Single().Text));
    }

    [Theory]
    [InlineData("'soon' is no length of time.", "env", "ttl", "orders", "soon")]
    [InlineData("'0h' is no length of time.", "env", "ttl", "orders", "0h")]
    [InlineData("'' is no length of time.", "env", "create", "orders", "e.yaml", "--ttl", "")]
    [InlineData("'99999999999999999999999999d' is no length of time.", "env", "ttl", "orders", "99999999999999999999999999d")]
    [InlineData("'1m30' is no length of time.", "env", "copy", "orders", "other", "--ttl", "1m30")]
    [InlineData("--fix and --accept exclude each other.", "env", "drift", "orders", "--fix", "--accept")]
    [InlineData("--remove needs --orphans.", "doctor", "--remove")]
    public async Task Mistakes_are_found_before_anything_is_sent(string message, params string[] words)
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);
        cld.Write("e.yaml", "environment: {}\n");

        var result = await cld.RunAsync(words);

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.StartsWith($"error: {message}\n", result.Error);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_plan_tells_what_happens_to_each_object_and_changes_nothing()
    {
        await using var server = await Server(
            Step("network", "docker/network", "orders-net", "keep"),
            Step("mysql/password", "value", null, "create"),
            Step("mysql/volume", "docker/volume", "orders-mysql", "keep", holdsData: true),
            Step("mysql/container", "docker/container", "orders-mysql", "replace"),
            Step("redis/volume", "docker/volume", "orders-redis", "delete", holdsData: true, losesData: true),
            Step("redis/container", "docker/container", null, "change"));
        using var cld = new Cld(server);
        cld.Write("e.yaml", "environment: {}\n");

        var result = await cld.RunAsync("env", "update", "orders", "e.yaml", "--plan-only", "--exit-code");

        Assert.Equal(ExitCode.ChangesPending, result.Exit);
        Assert.Equal(
            """
            environment/orders  update
                  ├── network         docker/network     orders-net
                  ├── mysql
            +     │   ├── password    secret
                  │   ├── volume      docker/volume      orders-mysql  (holds data)
            -/+   │   └── container   docker/container   orders-mysql
                  └── redis
            -         ├── volume      docker/volume      orders-redis  (its data will be lost)
            ~         └── container   docker/container
            1 to create, 1 to change in place, 1 to replace, 1 to delete. The data of redis/volume will be lost.

            """,
            result.Output);
        Assert.Equal("Nothing has been changed.\n", result.Error);
        Assert.Equal(
            """{"definition":"environment: {}\n","fileName":"e.yaml","noRollback":false}""", server.Requests.Single().Text);
        Assert.Equal(ExitCode.Ok, (await cld.RunAsync("env", "update", "orders", "e.yaml", "--plan-only")).Exit);
        Assert.Contains("\"losesData\": true", (await cld.RunAsync("env", "update", "orders", "e.yaml", "--plan-only", "-o", "json")).Output);
    }

    [Theory]
    [InlineData("available", false)]
    [InlineData("update-failed", true)]
    public async Task Where_nothing_differs_nothing_is_done_unless_an_update_was_left_half_way(string status, bool isUpdated)
    {
        await using var server = await Server(Step("network", "docker/network", "orders-net", "keep"));
        server.On("GET", "/environments/orders", Detail(status), ApiJson.Default.EnvironmentDetail);
        using var cld = new Cld(server);
        cld.Write("e.yaml", "environment: {}\n");

        var result = await cld.RunAsync("env", "update", "orders", "e.yaml", "--yes", "--progress", "quiet");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Equal(isUpdated, server.Requests.Any(request => request.Method == "PUT"));
        Assert.Equal(!isUpdated, result.Error.Contains("environment/orders is as e.yaml says; there is nothing to change."));
    }

    [Theory]
    [InlineData(true, "y\n", true)]
    [InlineData(true, "\n", false)]
    [InlineData(false, "", false)]
    public async Task It_asks_on_a_terminal_and_needs_yes_elsewhere(bool isTerminal, string answer, bool isUpdated)
    {
        await using var server = await Server(Step("redis", "docker/container", "orders-redis", "create"));
        using var cld = new Cld(server) { IsTerminal = isTerminal, Input = answer };
        cld.Write("e.yaml", "environment: {}\n");

        var result = await cld.RunAsync("env", "update", "orders", "e.yaml", "--progress", "quiet");

        Assert.Equal(isUpdated ? ExitCode.Ok : isTerminal ? ExitCode.Cancelled : ExitCode.Usage, result.Exit);
        Assert.Equal(isUpdated, server.Requests.Any(request => request.Method == "PUT"));
        Assert.Contains("1 to create.", result.Error);
        Assert.Contains(isTerminal ? "Change environment orders? [y/N] " : "→ cld env update orders e.yaml --progress quiet --yes", result.Error);
    }

    [Theory]
    [InlineData(false, "", ExitCode.Usage, "--yes")]
    [InlineData(true, "y\n", ExitCode.Cancelled, "--yes")]
    [InlineData(true, "orders\n", ExitCode.Ok, "--yes")]
    [InlineData(false, "", ExitCode.Ok, "--confirm", "orders")]
    [InlineData(false, "", ExitCode.Usage, "--confirm", "others", "--yes")]
    public async Task Where_data_would_be_lost_the_name_is_needed_and_yes_is_not_enough(
        bool isTerminal, string answer, object exit, params string[] options)
    {
        await using var server = await Server(Step("redis/volume", "docker/volume", "orders-redis", "delete", holdsData: true, losesData: true));
        using var cld = new Cld(server) { IsTerminal = isTerminal, Input = answer };
        cld.Write("e.yaml", "environment: {}\n");

        var result = await cld.RunAsync(["env", "update", "orders", "e.yaml", "--progress", "quiet", .. options]);

        Assert.Equal(exit, result.Exit);
        var update = server.Requests.SingleOrDefault(request => request.Method == "PUT");
        Assert.Equal(result.Exit == ExitCode.Ok, update is not null);
        if (update is not null)
            Assert.Contains("\"confirm\":\"orders\"", update.Text);
        if (!isTerminal && options is ["--yes"])
            Assert.Contains("error: The data of redis/volume will be lost.\n  Nothing has been changed. --yes is not enough for that.\n→ cld env update orders e.yaml --progress quiet --yes --confirm orders\n", result.Error);
    }

    [Fact]
    public async Task After_an_update_the_applications_that_go_on_with_former_values_are_named()
    {
        var updated = Make.Operation("succeeded", action: "update", next: ["cld app redeploy blog", "cld app redeploy shop", "cld env show orders"]);
        await using var server = await Server(updated with { OutdatedApplications = ["blog", "shop"] }, Step("redis", "docker/container", "orders-redis", "create"));
        using var cld = new Cld(server);
        cld.Write("e.yaml", "environment: {}\n");

        var result = await cld.RunAsync("env", "update", "orders", "e.yaml", "--yes", "--progress", "quiet");

        Assert.EndsWith(
            """
            ✓ environment/orders is updated (12 s)
            Until they are redeployed, blog, shop go on with the former values.
            → cld app redeploy blog
            → cld app redeploy shop
            → cld env show orders

            """,
            result.Error);
    }

    [Fact]
    public async Task Operations_that_were_started_together_are_followed_in_turn_and_one_that_fails_tells_so()
    {
        await using var server = await FakeServer.StartAsync();
        server
            .On("POST", "/environments/orders/resume", Make.Operation("queued", "application/shop", "resume", "op-3") with { Together = ["op-1", "op-2", "op-3"] }, ApiJson.Default.OperationView, 202)
            .On("GET", "/operations/op-1", Make.Operation("succeeded", action: "resume", next: ["cld env show orders"]), ApiJson.Default.OperationView)
            .On("GET", "/operations/op-2", Make.Operation("rolled-back", "application/blog", "resume", "op-2", Make.Failure) with { StatusBefore = "stopped" }, ApiJson.Default.OperationView)
            .On("GET", "/operations/op-3", Make.Operation("succeeded", "application/shop", "resume", "op-3", next: ["cld app show shop"]), ApiJson.Default.OperationView);
        foreach (var (id, state) in new[] { ("op-1", "succeeded"), ("op-2", "rolled-back"), ("op-3", "succeeded") })
            server.Stream(id, Make.Event(1, "operation-ended", detail: state));
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "resume", "orders", "--progress", "quiet");

        Assert.Equal(ExitCode.RolledBack, result.Exit);
        Assert.Equal(
            """
            ✓ environment/orders is resumed (12 s)
            → cld env show orders
            ✗ application/blog: the resume failed (12 s)
              mysql/server: The container exited with code 1.
              last lines of its log:
              | mysqld: out of memory
              It is stopped as before.
            → cld op show op-2
            ✓ application/shop is resumed (12 s)

            """,
            result.Error);
        using var summary = JsonDocument.Parse((await cld.RunAsync("env", "resume", "orders", "-o", "json", "--progress", "quiet")).Output);
        Assert.Equal(("op-1", 7), (summary.RootElement.GetProperty("operation").GetString(), summary.RootElement.GetProperty("exitCode").GetInt32()));
        Assert.Equal(
            ["op-2 rolled-back 7", "op-3 succeeded 0"],
            summary.RootElement.GetProperty("together").EnumerateArray().Select(other =>
                $"{other.GetProperty("operation")} {other.GetProperty("result")} {other.GetProperty("exitCode")}"));
    }

    [Fact]
    public async Task A_copy_says_that_applications_are_not_copied_and_how_to_deploy_them()
    {
        await using var server = await FakeServer.StartAsync();
        server
            .On("GET", "/environments/orders", Detail("available"), ApiJson.Default.EnvironmentDetail)
            .On("POST", "/environments/orders/copy", Make.Operation("queued", "environment/review"), ApiJson.Default.OperationView, 202)
            .Stream("op-1", Make.Event(1, "operation-ended", detail: "succeeded"))
            .On("GET", "/operations/op-1", Make.Operation("succeeded", "environment/review", next: ["cld env show review"]), ApiJson.Default.OperationView);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "copy", "orders", "review", "--ttl", "2h", "--progress", "quiet");

        Assert.Equal("""{"name":"review","noRollback":false,"timeToLiveSeconds":7200}""", server.Requests.Single(request => request.Method == "POST").Text);
        Assert.Equal(
            """
            ✓ environment/review is available (12 s)
            → cld env show review
            Applications are not copied. In orders there are blog, shop:
            → cld app deploy blog-review review FILE
            → cld app deploy shop-review review FILE

            """,
            result.Error);
    }

    [Theory]
    [InlineData("4h", """{"timeToLiveSeconds":14400}""", "environment/orders is deleted in 4 h, with the applications and the data in it.\n")]
    [InlineData("never", "{}", "environment/orders stays until somebody deletes it.\n")]
    public async Task A_time_to_live_is_told(string time, string body, string output)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("PUT", "/environments/orders/expiry", new("orders", time == "never" ? null : Make.Now.AddHours(4)), ApiJson.Default.ExpiryView);
        using var cld = new Cld(server);

        Assert.Equal(new Result(ExitCode.Ok, output, ""), await cld.RunAsync("env", "ttl", "orders", time));
        Assert.Equal(body, server.Requests.Single().Text);
    }

    [Fact]
    public async Task An_environment_shows_when_it_expires_and_what_is_outdated()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments/orders", Detail("paused") with { ExpiresAt = Make.Now.AddMinutes(100), OutdatedApplications = ["shop"] }, ApiJson.Default.EnvironmentDetail);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "show", "orders");

        Assert.Contains("\nExpires        in 2 h (2026-03-01 13:40:00)\n", result.Output);
        Assert.Equal("Applications that run with former values of what they are bound to:\n→ cld app redeploy shop\n", result.Error);
    }

    [Fact]
    public async Task A_container_is_built_anew_with_the_dockerfile_of_before()
    {
        await using var server = await FakeServer.StartAsync();
        var web = new ContainerDetail("web", "available", "local", Make.Now, "ada", null, [], [])
        {
            Dockerfile = "build/Dockerfile",
            Images = [new(2, "cld/web:2", true, Make.Now.AddMinutes(-1), []), new(1, "cld/web:1", false, null, ["blog", "shop"])],
            OutdatedApplications = ["blog", "shop"],
        };
        server
            .On("GET", "/containers/web", web, ApiJson.Default.ContainerDetail)
            .On("PUT", "/containers/web", Make.Operation("queued", "container/web", "update"), ApiJson.Default.OperationView, 202)
            .Stream("op-1", Make.Event(1, "operation-ended", detail: "succeeded"))
            .On("GET", "/operations/op-1", Make.Operation("succeeded", "container/web", "update", next: ["cld app redeploy blog"]) with { Revision = 2, OutdatedApplications = ["blog"] }, ApiJson.Default.OperationView);
        using var cld = new Cld(server);
        cld.Write("build/Dockerfile", "FROM scratch\n");

        var result = await cld.RunAsync("container", "update", "web", "--progress", "quiet");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Contains(server.Requests, request => request.ToString() == "PUT /containers/web?dockerfile=build%2FDockerfile" && request.Body.Length > 0);
        Assert.Equal(
            "✓ container/web is built anew, revision 2 (12 s)\nUntil it is redeployed, blog goes on with the former image.\n→ cld app redeploy blog\n", result.Error);

        var shown = await cld.RunAsync("container", "show", "web");
        Assert.EndsWith(
            """

            Images
              REVISION       IMAGE       BUILT       RUN BY
              2 (in force)   cld/web:2   1 min ago   -
              1              cld/web:1   -           blog, shop

            """,
            shown.Output);
        Assert.Equal("→ cld app redeploy blog\n→ cld app redeploy shop\n", shown.Error);
    }

    private static PlanStepView Step(string key, string kind, string? identity, string change, bool holdsData = false, bool losesData = false) =>
        new(key, kind, identity, [], holdsData) { Change = change, LosesData = losesData };

    private static EnvironmentDetail Detail(string status) => new(
        "orders", status, "local", "local-docker", Make.Now.AddHours(-2), "ada", null, [], [], ["blog", "shop"], [], "environment: {}\n");

    /// <summary>Plans as told, and updates.</summary>
    private static Task<FakeServer> Server(params IReadOnlyList<PlanStepView> steps) => Server(Make.Operation("succeeded", action: "update"), steps);

    private static async Task<FakeServer> Server(OperationView ended, params IReadOnlyList<PlanStepView> steps) => (await FakeServer.StartAsync())
        .On("POST", Plan, new PlanView("environment/orders", "update", steps), ApiJson.Default.PlanView)
        .On("PUT", "/environments/orders", Make.Operation("queued", action: "update"), ApiJson.Default.OperationView, 202)
        .Stream("op-1", Make.Event(1, "operation-ended", detail: "succeeded"))
        .On("GET", "/operations/op-1", ended, ApiJson.Default.OperationView);
}

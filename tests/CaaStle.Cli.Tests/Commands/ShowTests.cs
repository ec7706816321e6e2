using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class ShowTests
{
    private static readonly EnvironmentDetail Environment = new(
        "orders",
        "available",
        "local",
        "local-docker",
        Make.Now.AddHours(-2),
        "ada",
        null,
        [],
        [
            new("orders", "mysql", "mysql", "available", [new("Address", "127.0.0.1:3306", false), new("Root_Password", "it's $5", true)]),
            new("orders", "sessions", "redis", "available", [new("Url", "redis://h/0", false)]),
        ],
        ["shop"],
        [new("mysql/volume", "docker/volume", "orders-mysql", "ready", true)],
        "environment: {}\n");

    [Fact]
    public async Task An_environment_shows_its_parts()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments/orders", Environment, ApiJson.Default.EnvironmentDetail);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "show", "orders");

        Assert.Equal(
            """
            Name           orders
            Status         available
            Target         local local-docker
            Created        2 h ago by ada
            Applications   shop

            Resources
              mysql  available
                Address         127.0.0.1:3306
                Root_Password   it's $5
              sessions (redis)  available
                Url   redis://h/0

            Objects
              mysql/volume   docker/volume   orders-mysql   ready

            """,
            result.Output);
        Assert.Equal("GET /environments/orders?now=true", server.Requests.Single().ToString());
    }

    [Fact]
    public async Task An_application_is_shown_as_it_is_now()
    {
        await using var server = await FakeServer.StartAsync();
        IReadOnlyList<ObjectView> objects =
        [
            new("r1/replica-1/app", "docker/container", "shop-r1-1", "ready", false) { Now = new("broken", "exited with code 3") },
            new("entry", "docker/container", "shop-entry", "ready", false) { Now = new("ready", "running") },
            new("route", "docker/route", "shop-entry", "ready", false) { Now = new("unknown", "no answer within 20 s") },
            new("r2/replica-1/app", "docker/container", "shop-r2-1", "kept", false) { Now = new("broken", "exited with code 4") },
        ];
        var shop = new ApplicationDetail("shop", "orders", "available", Make.Now.AddHours(-2), "ada", null, [], objects, "app: {}\n") { Replicas = 1 };
        server.On("GET", "/apps/shop", shop, ApiJson.Default.ApplicationDetail);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("app", "show", "shop");

        Assert.EndsWith(
            """
            Objects
              r1/replica-1/app   docker/container   shop-r1-1    broken    exited with code 3
              entry              docker/container   shop-entry   ready     running
              route              docker/route       shop-entry   unknown   no answer within 20 s
              r2/replica-1/app   docker/container   shop-r2-1    kept      exited with code 4

            """,
            result.Output,
            StringComparison.Ordinal);
        Assert.Equal(
            """
            1 of 4 objects is not as recorded.
            1 of 4 objects cannot be told about now.
            → cld env drift orders
            → cld app logs shop --previous

            """,
            result.Error);
        Assert.Equal("GET /apps/shop?now=true", server.Requests.Single().ToString());
    }

    [Fact]
    public async Task Why_nothing_can_be_told_is_said_once()
    {
        await using var server = await FakeServer.StartAsync();
        var away = new ObjectNowView("unknown", "Docker is away.");
        server.On(
            "GET",
            "/environments/orders",
            Environment with { Objects = [.. Environment.Objects.Concat(Environment.Objects).Select(each => each with { Now = away })] },
            ApiJson.Default.EnvironmentDetail);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "show", "orders");

        Assert.DoesNotContain("Docker is away", result.Output, StringComparison.Ordinal);
        Assert.Equal("2 of 2 objects cannot be told about now: Docker is away.\n→ cld env drift orders\n", result.Error);
    }

    [Fact]
    public async Task Dotenv_has_the_names_that_definitions_bind_by()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments/orders", Environment, ApiJson.Default.EnvironmentDetail);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "show", "orders", "-o", "dotenv", "--reveal");

        Assert.Equal(
            """
            CAASTLE_MYSQL_Address=127.0.0.1:3306
            CAASTLE_MYSQL_Root_Password="it's \$5"
            CAASTLE_REDIS_SESSIONS_Url=redis://h/0

            """,
            result.Output);
        Assert.Equal("GET /environments/orders?reveal=true", server.Requests.Single().ToString());
        Assert.Equal(ExitCode.Usage, (await cld.RunAsync("env", "list", "-o", "dotenv")).Exit);
    }

    [Fact]
    public async Task A_plan_is_a_tree_of_parts()
    {
        await using var server = await FakeServer.StartAsync();
        var plan = new PlanView(
            "environment/orders",
            "create",
            [
                new("network", "docker/network", "orders-net", [], false),
                new("mysql/password", "value", null, [], false),
                new("mysql/volume", "docker/volume", "orders-mysql", [], true),
            ]);
        server.On("POST", "/environments/plan", plan, ApiJson.Default.PlanView);
        using var cld = new Cld(server);
        cld.Write("environment.yaml", "environment: {}\n");

        var result = await cld.RunAsync("env", "plan", "orders", "environment.yaml", "--exit-code");

        Assert.Equal(ExitCode.ChangesPending, result.Exit);
        Assert.Equal(
            """
            environment/orders  create
            ├── network        docker/network   orders-net
            └── mysql
                ├── password   secret
                └── volume     docker/volume    orders-mysql  (holds data)
            2 objects to create, 1 secret to generate.

            """,
            result.Output);
        Assert.Equal("Nothing has been changed.\n", result.Error);
        Assert.Equal(
            """{"name":"orders","definition":"environment: {}\n","fileName":"environment.yaml","noRollback":false}""", server.Requests.Single().Text);
        Assert.Equal(ExitCode.Ok, (await cld.RunAsync("env", "plan", "environment.yaml")).Exit);
    }

    [Fact]
    public async Task History_shows_every_operation_with_its_events()
    {
        await using var server = await FakeServer.StartAsync();
        server
            .On("GET", "/environments/orders/history", [Make.Operation("succeeded")], ApiJson.Default.IReadOnlyListOperationView)
            .On("GET", "/operations/op-1/journal", [.. Make.Success.Take(2)], ApiJson.Default.IReadOnlyListEventView);
        using var cld = new Cld(server);

        Assert.Equal(
            """
            2026-03-01 12:00:00  op-1  create  by ada  succeeded
              12:00:01  queued, asked for by ada
              12:00:02  started

            """,
            (await cld.RunAsync("env", "history", "orders")).Output);
        Assert.Contains("\"sequence\": 2", (await cld.RunAsync("env", "history", "orders", "-o", "json")).Output);
    }

    [Fact]
    public async Task Validation_lists_everything_that_is_wrong()
    {
        await using var server = await FakeServer.StartAsync();
        var errors = new ValidateResult(
            "environment", [new("environment.yaml", 3, 5, "environment.app_deployment.clster_size", "unknown key", "one of: cluster_size, type", "cluster_size")]);
        server.On("POST", "/validate", errors, ApiJson.Default.ValidateResult);
        using var cld = new Cld(server);
        cld.Write("environment.yaml", "environment: {}\n");

        var result = await cld.RunAsync("validate", "environment.yaml");

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Equal(
            "environment.yaml:3:5: environment.app_deployment.clster_size: unknown key; expected one of: cluster_size, type. Did you mean 'cluster_size'?\n",
            result.Output);
    }
}

using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class ListTests
{
    [Fact]
    public async Task Environments_are_an_aligned_table()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments", [Make.Environment("orders") with { ExpiresAt = Make.Now.AddHours(3) }, Make.Environment("a-long-name", "creating", 90)], ApiJson.Default.IReadOnlyListEnvironmentSummary);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "list");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Equal(
            """
            NAME          STATUS      TARGET   TYPE           RESOURCES   APPS   CREATED     EXPIRES
            orders        available   local    local-docker   1           2      5 min ago   in 3 h
            a-long-name   creating    local    local-docker   1           2      1 h ago     -

            """,
            result.Output);
        Assert.Empty(result.Error);
        Assert.Equal("Bearer secret-token", Assert.Single(server.Requests).Authorization);
    }

    [Fact]
    public async Task Environments_as_json_are_those_of_the_api()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments", [Make.Environment("orders")], ApiJson.Default.IReadOnlyListEnvironmentSummary);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "list", "-o", "json");

        Assert.Equal(
            """
            [
              {
                "name": "orders",
                "status": "available",
                "target": "local",
                "type": "local-docker",
                "resources": 1,
                "applications": 2,
                "createdAt": "2026-03-01T11:55:00+00:00"
              }
            ]

            """,
            result.Output);
    }

    [Fact]
    public async Task A_part_of_a_list_says_how_it_goes_on()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments", [Make.Environment("a"), Make.Environment("b"), Make.Environment("c")], ApiJson.Default.IReadOnlyListEnvironmentSummary);
        using var cld = new Cld(server);

        var part = await cld.RunAsync("env", "list", "--name", "* x", "--status", "paused", "--target", "aws", "--after", "Z", "-n", "2");
        var json = await cld.RunAsync("env", "list", "--limit", "2", "-o", "json", "-q");
        var whole = await cld.RunAsync("env", "list", "--limit", "3");

        Assert.Equal("There are more.\n→ cld env list --name '* x' --status paused --target aws --limit 2 --after b\n", part.Error);
        Assert.Equal(3, part.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(["a", "b"], JsonDocument.Parse(json.Output).RootElement.EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        Assert.Empty(whole.Error);
        Assert.Equal(
            [
                "GET /environments?name=%2A%20x&status=paused&after=Z&limit=3&target=aws",
                "GET /environments?limit=3",
                "GET /environments?limit=4",
            ],
            server.Requests.Select(request => request.ToString()));
    }

    [Theory]
    [InlineData("env", "/environments", "There is no such environment.\n", "--target", "aws")]
    [InlineData("app", "/apps", "There is no such application.\n", "--env", "orders")]
    [InlineData("container", "/containers", "There is no such container.\n", "--name", "shop")]
    public async Task An_empty_part_is_not_an_empty_list(string noun, string path, string expected, string option, string value)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", path, context => FakeServer.WriteAsync(context, 200, "[]"));
        using var cld = new Cld(server);

        Assert.Equal(new Result(ExitCode.Ok, "", expected), await cld.RunAsync(noun, "list", option, value));
    }

    [Theory]
    [InlineData("--status", "stoped", "stopped")]
    [InlineData("--limit", "0", "--limit is 1 or more, not 0.")]
    [InlineData("--limit", "x", "x")]
    public async Task What_a_list_cannot_be_asked_for_is_refused_at_once(string option, string value, string expected)
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);

        var result = await cld.RunAsync("app", "list", option, value);

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Environments_as_yaml()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments", [Make.Environment("orders")], ApiJson.Default.IReadOnlyListEnvironmentSummary);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("--output", "yaml", "env", "ls");

        Assert.Equal(
            """
            - name: orders
              status: available
              target: local
              type: local-docker
              resources: 1
              applications: 2
              createdAt: "2026-03-01T11:55:00+00:00"

            """,
            result.Output);
    }

    [Theory]
    [InlineData("env", "/environments", "There are no environments.\n→ cld env create NAME FILE\n")]
    [InlineData("container", "/containers", "There are no containers.\n→ cld container create NAME local\n")]
    [InlineData("app", "/apps", "There are no applications.\n→ cld app deploy NAME ENV FILE\n")]
    [InlineData("resource", "/resources", "There are no resources. Environments bring them along.\n→ cld env create NAME FILE\n")]
    [InlineData("op", "/operations", "There are no operations.\n")]
    public async Task An_empty_list_says_what_to_type(string noun, string path, string expected)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", path, context => FakeServer.WriteAsync(context, 200, "[]"));
        using var cld = new Cld(server);

        Assert.Equal(new Result(ExitCode.Ok, "", expected), await cld.RunAsync(noun, "list"));
        Assert.Equal(new Result(ExitCode.Ok, "[]\n", ""), await cld.RunAsync(noun, "list", "-o", "json"));
        Assert.Equal(new Result(ExitCode.Ok, "", ""), await cld.RunAsync(noun, "list", "-q"));
    }

    [Fact]
    public async Task Applications_containers_resources_and_operations_are_tables()
    {
        await using var server = await FakeServer.StartAsync();
        server
            .On("GET", "/apps", [new("shop", "orders", "available", "http://127.0.0.1:8080/", Make.Now.AddDays(-3), null) { Revision = 4, Replicas = 2 }], ApiJson.Default.IReadOnlyListApplicationSummary)
            .On("GET", "/containers", [new("shop", "creating", "local", null, Make.Now, "op-1")], ApiJson.Default.IReadOnlyListContainerSummary)
            .On("GET", "/resources", [new("orders", "mysql", "mysql", "available", [])], ApiJson.Default.IReadOnlyListResourceView)
            .On("GET", "/operations", [Make.Operation("succeeded")], ApiJson.Default.IReadOnlyListOperationView);
        using var cld = new Cld(server);

        Assert.Equal(
            "NAME   STATUS      ENVIRONMENT   REVISION   REPLICAS   URL                      CREATED\n"
            + "shop   available   orders        4          2          http://127.0.0.1:8080/   3 days ago\n",
            (await cld.RunAsync("app", "list")).Output);
        Assert.Equal(
            "NAME   STATUS     REGISTRY   IMAGE   CREATED\nshop   creating   local      -       just now\n", (await cld.RunAsync("container", "list")).Output);
        Assert.Equal(
            "ENVIRONMENT   NAME    TYPE    STATUS\norders        mysql   mysql   available\n", (await cld.RunAsync("resource", "list", "--env", "orders")).Output);
        Assert.Equal(
            "ID     ACTION   SUBJECT              STATE       BY    REQUESTED   TOOK\nop-1   create   environment/orders   succeeded   ada   just now    12 s\n",
            (await cld.RunAsync("op", "list", "--active")).Output);
        Assert.Equal(
            ["GET /apps", "GET /containers", "GET /resources?env_name=orders", "GET /operations?active=true&limit=20"],
            server.Requests.Select(request => request.ToString()));
    }

    [Fact]
    public async Task Colours_come_only_when_asked_for_or_to_a_terminal()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments", [Make.Environment("orders")], ApiJson.Default.IReadOnlyListEnvironmentSummary);
        using var cld = new Cld(server);

        Assert.DoesNotContain('\u001b', (await cld.RunAsync("env", "list")).Output);
        var painted = (await cld.RunAsync("env", "list", "--color", "always")).Output;
        Assert.Contains("\u001b[32mavailable\u001b[0m", painted);
        Assert.Equal((await cld.RunAsync("env", "list")).Output, Cld.Plain(painted));
    }
}

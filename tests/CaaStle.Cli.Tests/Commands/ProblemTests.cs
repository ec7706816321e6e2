using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class ProblemTests
{
    [Theory]
    [InlineData(ProblemCodes.InvalidDefinition, 400, 2)]
    [InlineData(ProblemCodes.InvalidRequest, 400, 2)]
    [InlineData(ProblemCodes.Unauthorized, 401, 3)]
    [InlineData(ProblemCodes.Forbidden, 403, 3)]
    [InlineData(ProblemCodes.NotFound, 404, 4)]
    [InlineData(ProblemCodes.AlreadyExists, 409, 5)]
    [InlineData(ProblemCodes.Locked, 409, 5)]
    [InlineData(ProblemCodes.InUse, 412, 5)]
    [InlineData(ProblemCodes.CloudNotReady, 503, 1)]
    [InlineData(ProblemCodes.Internal, 500, 1)]
    public async Task Every_problem_has_its_exit_code(string code, int status, int exit)
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("GET", "/environments", Make.Problem(code, status, "No."));
        using var cld = new Cld(server);

        Assert.Equal(exit, (int)(await cld.RunAsync("env", "list")).Exit);
    }

    [Fact]
    public async Task A_problem_says_what_why_and_what_to_type()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("POST", "/environments", Make.Problem(
            ProblemCodes.InvalidDefinition,
            400,
            "env.yaml has 1 mistake.",
            "The same mistakes, for readers of JSON.",
            ["cld validate env.yaml"],
            [new("env.yaml", 1, 2, "environment", "missing\u001b[2J", null, null)]));
        using var cld = new Cld(server);
        cld.Write("env.yaml", "x");

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml");

        Assert.Equal(
            new Result(
                ExitCode.Usage, "", "error: env.yaml has 1 mistake.\n  env.yaml:1:2: environment: missing\n→ cld validate env.yaml\n"),
            result);
    }

    [Fact]
    public async Task Suggested_commands_begin_with_what_was_typed()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("GET", "/environments", Make.Problem(ProblemCodes.NotFound, 404, "No.", next: ["cld op list", "kill 1"]));
        using var cld = new Cld(server) { Program = "bin/cld" };

        Assert.Equal("error: No.\n→ bin/cld op list\n→ kill 1\n", (await cld.RunAsync("env", "list")).Error);
    }

    [Fact]
    public async Task A_wrong_choice_names_the_right_ones()
    {
        using var cld = new Cld();

        var result = await cld.RunAsync("env", "list", "--output", "xml");

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.StartsWith("error: --output takes one of table, json, yaml, dotenv, not 'xml'.\n", result.Error);
    }

    [Fact]
    public async Task With_json_a_problem_is_an_object_on_standard_output()
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "show", "nowhere", "-o", "json");

        Assert.Equal(ExitCode.NotFound, result.Exit);
        Assert.Empty(result.Error);
        Assert.Equal("not-found", JsonDocument.Parse(result.Output).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_lock_names_its_holder()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("DELETE", "/apps/shop", Make.Problem(
            ProblemCodes.Locked, 409, "Another operation is under way.", operation: Make.Operation("running", id: "op-9"), next: ["cld op watch op-9"]));
        using var cld = new Cld(server);

        var result = await cld.RunAsync("app", "delete", "shop", "--yes");

        Assert.Equal(ExitCode.Conflict, result.Exit);
        Assert.Equal(
            "error: Another operation is under way.\n  under way: op-9, create of environment/orders, asked for by ada\n→ cld op watch op-9\n", result.Error);
    }

    [Theory]
    [InlineData("'evn' is not a command of cld. Did you mean 'env'?", "evn", "list")]
    [InlineData("'lst' is not a command of cld env. Did you mean 'list'?", "env", "lst")]
    [InlineData("'--ouput' is not an option of cld env list. Did you mean '--output'?", "env", "list", "--ouput", "json")]
    [InlineData("cld env create needs FILE.", "env", "create", "orders")]
    [InlineData("cld env needs a command: create, plan, list, show, update, drift, pause, resume, copy, ttl, history, delete.", "env")]
    [InlineData("'extra' is not expected.", "env", "list", "extra")]
    public async Task Wrong_usage_says_what_was_meant(string message, params string[] words)
    {
        using var cld = new Cld();

        var result = await cld.RunAsync(words);

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.StartsWith($"error: {message}\n", result.Error);
        Assert.Contains("--help", result.Error);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Wrong_usage_is_json_for_those_who_want_json()
    {
        using var cld = new Cld();

        var result = await cld.RunAsync("env", "create", "-o", "json");

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Equal("usage", JsonDocument.Parse(result.Output).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "create", "orders", "nowhere.yaml");

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.StartsWith("error: Cannot read nowhere.yaml.\n  Could not find file", result.Error);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_answer_from_something_else_is_not_mistaken_for_ours()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/environments", context => FakeServer.WriteAsync(context, 200, "<html>", "text/html"));
        using var cld = new Cld(server);

        var result = await cld.RunAsync("env", "list");

        Assert.Equal(ExitCode.Failed, result.Exit);
        Assert.Contains("something that is not CaaStle's", result.Error);
    }
}

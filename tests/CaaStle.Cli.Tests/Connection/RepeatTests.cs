using CaaStle.Api;
using CaaStle.Cli.BuildContext;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Connection;

/// <summary>A request gets no answer: it may have been accepted, or not.</summary>
public sealed class RepeatTests
{
    private const string Nowhere = "http://127.0.0.1:1";

    public static TheoryData<string, string[]> Starts => new()
    {
        { "POST /environments", ["env", "create", "orders", "env.yaml"] },
        { "DELETE /environments/orders", ["env", "delete", "orders", "--yes"] },
        { "POST /containers", ["container", "create", "web", "local"] },
        { "DELETE /containers/web", ["container", "delete", "web", "--yes"] },
        { "POST /apps", ["app", "deploy", "shop", "orders", "app.yaml"] },
        { "DELETE /apps/shop", ["app", "delete", "shop", "--yes"] },
        { "PUT /apps/shop", ["app", "redeploy", "shop", "app.yaml"] },
        { "POST /apps/shop/rollback", ["app", "rollback", "shop"] },
        { "POST /apps/shop/scale", ["app", "scale", "shop", "3"] },
        { "POST /apps/shop/restart", ["app", "restart", "shop"] },
        { "POST /apps/shop/run", ["app", "run", "shop", "--", "ls"] },
    };

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task What_starts_an_operation_is_repeated_by_its_key_and_followed(string request, string[] words)
    {
        await using var server = await FakeServer.StartAsync();
        var (method, path) = (request.Split(' ')[0], request.Split(' ')[1]);
        Follow(server)
            .Break(method, path)
            .On(method, path, CutOffAsync)
            .On(method, path, Make.Operation("queued"), ApiJson.Default.OperationView, 202);
        using var cld = Ready(server);

        var result = await cld.RunAsync([.. words[..2], "-q", .. words[2..]]);

        Assert.True(result.Exit == ExitCode.Ok, result.Error);
        var sent = server.Requests.Where(each => each.Method == method).ToList();
        Assert.Equal(3, sent.Count);
        Assert.NotNull(sent[0].Key);
        Assert.All(sent, each => Assert.Equal(sent[0].Key, each.Key));
        Assert.All(sent, each => Assert.Equal(sent[0].PathAndQuery, each.PathAndQuery));
        Assert.All(sent, each => Assert.Equal(sent[0].Body, each.Body));

        await cld.RunAsync([.. words[..2], "-q", .. words[2..]]);
        Assert.NotEqual(sent[0].Key, server.Requests.Last(each => each.Method == method).Key);
    }

    [Fact]
    public async Task When_the_server_has_died_the_next_one_is_asked_by_the_same_key()
    {
        var dying = await FakeServer.StartAsync();
        dying.On("POST", "/environments", async context =>
        {
            context.Abort();
            await Task.Yield();
            _ = dying.DisposeAsync().AsTask();
        });
        await using var next = await FakeServer.StartAsync();
        Follow(next)
            .On("GET", "/server", context => FakeServer.WriteAsync(context, 200, "{}"))
            .On("POST", "/environments", Make.Operation("queued"), ApiJson.Default.OperationView, 202);
        using var cld = Ready(dying);
        ServerTests.Executable(cld, $$"""echo '{"url":"{{next.Url}}","processId":1,"version":"0.1.0"}' > "$CLD_HOME/server.json"; sleep 1""");

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml", "--progress", "quiet");

        Assert.True(result.Exit == ExitCode.Ok, result.Error);
        Assert.StartsWith("Starting the server…\n", result.Error);
        Assert.Equal(dying.Requests.First(each => each.Method == "POST").Key, next.Requests.Single(each => each.Method == "POST").Key);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_no_server_can_be_had_again_it_says_where_to_look_and_exits_with_9(bool isGone)
    {
        var server = await FakeServer.StartAsync();
        server.On("POST", "/environments", async context =>
        {
            context.Abort();
            await Task.Yield();
            if (isGone)
                _ = server.DisposeAsync().AsTask();
        });
        using var cld = Ready(server);
        cld.Variables["CLD_SERVER"] = server.Url;

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml");

        Assert.Equal(ExitCode.Unreachable, result.Exit);
        Assert.EndsWith("→ cld server status\n→ cld op list\n", result.Error);
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("GET /environments", "env", "list")]
    [InlineData("GET /operations/op-1", "op", "show", "op-1")]
    [InlineData("POST /environments/plan", "env", "plan", "env.yaml")]
    public async Task A_question_is_asked_again_when_its_answer_got_lost(string request, params string[] words)
    {
        await using var server = await FakeServer.StartAsync();
        var (method, path) = (request.Split(' ')[0], request.Split(' ')[1]);
        server.Break(method, path).On(method, path, CutOffAsync).Refuse(method, path, Make.Problem(ProblemCodes.NotFound, 404, "It is not there."));
        using var cld = Ready(server);

        var result = await cld.RunAsync(words);

        Assert.StartsWith("error: It is not there.", result.Error);
        Assert.Equal([request, request, request], server.Requests.Select(each => $"{each.Method} {each.PathAndQuery.Split('?')[0]}"));
    }

    [Fact]
    public async Task When_the_server_has_died_at_an_operations_end_the_next_one_is_asked_how_it_ended()
    {
        await using var next = await FakeServer.StartAsync();
        Follow(next);
        await using var dying = await FakeServer.StartAsync();
        using var cld = Ready(dying);
        MoveOn(cld, next);
        dying
            .On("POST", "/environments", Make.Operation("queued"), ApiJson.Default.OperationView, 202)
            .Stream("op-1", Make.Success)
            .On("GET", "/operations/op-1", context =>
            {
                cld.Variables["CLD_SERVER"] = Nowhere;
                context.Abort();
                return Task.CompletedTask;
            });

        var result = await cld.RunAsync("env", "create", "orders", "env.yaml", "--progress", "quiet");

        Assert.True(result.Exit == ExitCode.Ok, result.Error);
        Assert.Equal(["GET /operations/op-1"], next.Requests.Select(each => each.ToString()));
    }

    [Fact]
    public async Task A_server_that_has_answered_before_is_waited_for_when_it_is_gone()
    {
        await using var before = await FakeServer.StartAsync();
        before.On("GET", "/environments", context => FakeServer.WriteAsync(context, 200, "[]"));
        await using var next = await FakeServer.StartAsync();
        next.On("DELETE", "/environments/orders", Make.Operation("queued"), ApiJson.Default.OperationView, 202);
        using var cld = Ready(before);
        MoveOn(cld, next);
        using var connection = new Cli.Connection.ServerConnection(cld.Context(TextWriter.Null, TextWriter.Null), _ => { });

        await connection.Client.ListEnvironmentsAsync(ListPart.All, null, TestContext.Current.CancellationToken);
        cld.Variables["CLD_SERVER"] = Nowhere;
        await connection.Client.DeleteEnvironmentAsync("orders", force: false, keepData: false, TestContext.Current.CancellationToken);

        Assert.Equal(["DELETE /environments/orders"], next.Requests.Select(each => each.ToString()));
    }

    [Fact]
    public async Task A_server_that_ends_as_soon_as_it_has_answered_is_started_again()
    {
        await using var next = await FakeServer.StartAsync();
        next.On("GET", "/server", context => FakeServer.WriteAsync(context, 200, "{}"))
            .On("GET", "/environments", context => FakeServer.WriteAsync(context, 200, "[]"));
        await using var dying = await FakeServer.StartAsync();
        using var cld = new Cld();
        dying.On("GET", "/server", context =>
        {
            cld.WriteAddress(Nowhere);
            return FakeServer.WriteAsync(context, 200, "{}");
        });
        ServerTests.Executable(cld, $$"""
            [ -e "$CLD_HOME/before" ] && url={{next.Url}} || url={{dying.Url}}
            touch "$CLD_HOME/before"
            echo '{"url":"'$url'","processId":1,"version":"0.1.0"}' > "$CLD_HOME/server.json"
            sleep 1
            """);

        var result = await cld.RunAsync("env", "list");

        Assert.True(result.Exit == ExitCode.Ok, result.Error);
        Assert.Equal("Starting the server…\nStarting the server…\n", string.Concat(result.Error.Split('\n').Take(2).Select(line => line + '\n')));
    }

    [Fact]
    public async Task A_server_that_was_never_there_is_missed_at_once()
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = Ready(server);
        cld.Variables["CLD_SERVER"] = Nowhere;
        cld.Clock = new PatientClock();

        Assert.Equal(ExitCode.Unreachable, (await cld.RunAsync("env", "list")).Exit);
    }

    [Fact]
    public async Task What_was_refused_is_not_repeated()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("POST", "/environments", Make.Problem(ProblemCodes.StorageFailed, 507, "The disk is full."));
        using var cld = Ready(server);

        Assert.Equal(ExitCode.Failed, (await cld.RunAsync("env", "create", "orders", "env.yaml")).Exit);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_file_of_the_build_context_that_cannot_be_read_is_named_and_nothing_is_repeated()
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = Ready(server);
        cld.Write("a.txt", "first");
        var second = cld.Write("b.txt", "second");
        var build = ContextDirectory.Open(cld.WorkingDirectory, "Dockerfile");
        using var content = new ContextContent(build, _ => File.Delete(second), TestContext.Current.CancellationToken);
        using var connection = new Cli.Connection.ServerConnection(cld.Context(TextWriter.Null, TextWriter.Null), _ => { });

        var failure = await Assert.ThrowsAsync<ProblemException>(
            () => connection.Client.CreateContainerAsync("web", "local", "Dockerfile", content, TestContext.Current.CancellationToken));

        Assert.Equal((LocalProblems.FileNotReadable, "b.txt in the build context cannot be read."), (failure.Problem.Code, failure.Problem.Title));
    }

    private static FakeServer Follow(FakeServer server) => server
        .Stream("op-1", Make.Success)
        .On("GET", "/operations/op-1", Make.Operation("succeeded"), ApiJson.Default.OperationView)
        .On("GET", "/environments/orders/deletion", new PlanView("environment/orders", "delete", []), ApiJson.Default.PlanView);

    /// <summary>Where there is no server, the next one comes while the client waits.</summary>
    private static void MoveOn(Cld cld, FakeServer next) => cld.Clock = new InstantClock(Make.Now)
    {
        Waiting = () =>
        {
            if (cld.Variables.GetValueOrDefault("CLD_SERVER") == Nowhere)
                cld.Variables["CLD_SERVER"] = next.Url;
        },
    };

    /// <summary>The head of an answer, and half of its body.</summary>
    private static async Task CutOffAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        context.Response.StatusCode = 202;
        context.Response.ContentLength = 1000;
        await context.Response.Body.WriteAsync("""{"id":"op-1","""u8.ToArray());
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static Cld Ready(FakeServer server)
    {
        var cld = new Cld(server);
        cld.Write("env.yaml", "environment: {}\n");
        cld.Write("app.yaml", "app: {}\n");
        cld.Write("Dockerfile", "FROM scratch\n");
        return cld;
    }
}

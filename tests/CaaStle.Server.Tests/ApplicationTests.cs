using System.Net;
using System.Net.Http.Json;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Server.Tests.Fakes;

namespace CaaStle.Server.Tests;

public sealed class ApplicationTests
{
    private const string Definition = "app:\n  image: web\n  container_port: 80\n";

    private static readonly SubjectKey Shop = SubjectKey.Application("shop");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rollback", OperationAction.RollBack, null, null, false)]
    [InlineData("rollback?revision=3&noRollback=true", OperationAction.RollBack, 3, null, true)]
    [InlineData("scale?replicas=100", OperationAction.Scale, null, 100, false)]
    [InlineData("scale?replicas=1&noRollback=true", OperationAction.Scale, null, 1, true)]
    [InlineData("restart", OperationAction.Restart, null, null, false)]
    [InlineData("stop", OperationAction.Stop, null, null, false)]
    [InlineData("start?noRollback=true", OperationAction.Start, null, null, true)]
    public async Task Changes_reach_the_engine_as_they_were_asked_for(string path, string action, int? revision, int? replicas, bool keeps)
    {
        await using var server = await StartAsync();
        using var answer = await server.Client.PostAsync($"/apps/shop/{path}", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var operation = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.OperationView, Token))!;
        Assert.Equal($"/operations/{operation.Id}", answer.Headers.Location?.ToString());
        Assert.Equal(
            new ChangeApplication("shop", action, keeps, Environment.UserName) { Revision = revision, Replicas = replicas },
            Assert.Single(server.Engine.Requests));
    }

    [Fact]
    public async Task A_redeployment_takes_another_definition_or_the_one_in_force()
    {
        await using var server = await StartAsync();
        using var other = await PutAsync(server, new(Definition, "shop.yaml", "orders", NoRollback: true));
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
        await server.Store.AppendAsync("op-000000000001", [End(OperationState.Succeeded)], Token);
        using var same = await PutAsync(server, new());
        Assert.Equal(
            [
                new ChangeApplication("shop", OperationAction.Redeploy, true, Environment.UserName) { Definition = Definition, FileName = "shop.yaml" },
                new ChangeApplication("shop", OperationAction.Redeploy, false, Environment.UserName),
            ],
            server.Engine.Requests);
    }

    [Theory]
    [InlineData("PUT", "/apps/shop", "{}")]
    [InlineData("POST", "/apps/shop/rollback", null)]
    [InlineData("POST", "/apps/shop/scale?replicas=2", null)]
    [InlineData("POST", "/apps/shop/restart", null)]
    [InlineData("POST", "/apps/shop/stop", null)]
    [InlineData("POST", "/apps/shop/start", null)]
    [InlineData("POST", "/apps/shop/run", """{"command":["ls"]}""")]
    public async Task What_is_asked_for_again_by_its_key_is_not_done_twice(string method, string path, string? body)
    {
        await using var server = await StartAsync();
        using var first = await SendAsync();
        await server.Store.AppendAsync("op-000000000001", [End(OperationState.Succeeded)], Token);
        using var second = await SendAsync();
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal("key-1", Assert.IsAssignableFrom<ClientRequest>(Assert.Single(server.Engine.Requests)).RequestKey);

        Task<HttpResponseMessage> SendAsync()
        {
            var request = new HttpRequestMessage(new(method), path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
            request.Headers.Add(Routes.RequestKeyHeader, "key-1");
            return server.Client.SendAsync(request, Token);
        }
    }

    [Fact]
    public async Task An_application_stays_in_its_environment()
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/apps/shop")
        {
            Content = JsonContent.Create(new(Definition, "shop.yaml", "elsewhere"), ApiJson.Default.ApplicationRedeployRequest),
        };
        var problem = await server.ProblemAsync(request, HttpStatusCode.Conflict, ProblemCodes.AlreadyExists);
        Assert.Equal("application/shop exists already, in environment orders.", problem.Title);
        Assert.Empty(server.Engine.Requests);
    }

    [Theory]
    [InlineData("PUT", "/apps/nothing", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/apps/nothing/history", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/apps/nothing/logs?previous=true", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("POST", "/apps/shop/scale", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    [InlineData("POST", "/apps/shop/scale?replicas=many", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    [InlineData("POST", "/apps/shop/rollback?revision=last", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    [InlineData("POST", "/apps/shop/pause", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    public async Task What_cannot_be_done_is_a_problem(string method, string path, HttpStatusCode status, string code)
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(new(method), path);
        request.Content = method == "PUT" ? JsonContent.Create(new(), ApiJson.Default.ApplicationRedeployRequest) : null;
        await server.ProblemAsync(request, status, code);
        Assert.Empty(server.Engine.Requests);
    }

    [Fact]
    public async Task A_command_is_run_word_by_word_and_its_end_is_told()
    {
        await using var server = await StartAsync();
        using var answer = await server.Client.PostAsJsonAsync("/apps/shop/run", new(["sh", "-c", "exit 3"]), ApiJson.Default.ApplicationRunRequest, Token);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(["sh", "-c", "exit 3"], Assert.IsType<RunCommand>(Assert.Single(server.Engine.Requests)).Command);

        await server.Store.AppendAsync(
            "op-000000000001",
            [new OperationFailing(new("object-failed", "run/job", "ended with 3", []) { ExitCode = 3 }), End(OperationState.RolledBack)],
            Token);
        var operation = await server.GetAsync<OperationView>("/operations/op-000000000001");
        Assert.Equal(("run", 3), (operation.Action, operation.Failure?.ExitCode));
        Assert.Equal(3, (await server.GetAsync<IReadOnlyList<EventView>>("/operations/op-000000000001/journal"))[1].Failure?.ExitCode);
    }

    [Fact]
    public async Task An_application_shows_its_revision_and_how_many_run()
    {
        await using var server = await StartAsync();
        Assert.Equal((1, 1), await RevisionAndReplicasAsync(server));
        await ChangeAsync(server, "op-next-2", OperationAction.Scale, new() { Replicas = 3 });
        Assert.Equal((1, 3), await RevisionAndReplicasAsync(server));
        await ChangeAsync(server, "op-next-3", OperationAction.Redeploy, new() { Revision = 2, Replicas = 3 });
        Assert.Equal((2, 3), await RevisionAndReplicasAsync(server));
        await ChangeAsync(server, "op-next-4", OperationAction.Stop, new() { Revision = 2, Replicas = 3, IsStopped = true });
        Assert.Equal((2, 0), await RevisionAndReplicasAsync(server));
    }

    [Fact]
    public async Task A_change_that_succeeded_offers_what_the_application_is_now_as_long_as_it_is_that()
    {
        await using var server = await StartAsync();
        await ChangeAsync(server, "op-next-2", OperationAction.Redeploy, new() { Revision = 2 });
        var second = await server.GetAsync<OperationView>("/operations/op-next-2");
        Assert.Equal(("redeploy", 2, "available"), (second.Action, second.Revision, second.StatusBefore));
        Assert.Equal("Url", Assert.Single(Assert.Single(second.Outputs).Outputs).Name);
        Assert.Equal(["cld app show shop", "cld app logs shop"], second.Next);

        await ChangeAsync(server, "op-next-3", OperationAction.Redeploy, new() { Revision = 3 });
        Assert.Empty((await server.GetAsync<OperationView>("/operations/op-next-2")).Outputs);
        await ChangeAsync(server, "op-next-4", OperationAction.Stop, new() { Revision = 3, IsStopped = true });
        Assert.Equal(["cld app start shop"], (await server.GetAsync<OperationView>("/operations/op-next-4")).Next);
    }

    [Theory]
    [InlineData(OperationAction.Redeploy, "cld app logs shop --previous|cld app redeploy shop shop.yaml")]
    [InlineData(OperationAction.Scale, "cld app logs shop --previous|cld app history shop")]
    public async Task A_change_that_was_rolled_back_says_where_to_look_and_how_to_try_again(string action, string next)
    {
        await using var server = await StartAsync();
        await EnqueueAsync(server, "op-next-2", action, new() { Revision = 2 });
        await server.Store.AppendAsync(
            "op-next-2", [new OperationStarted(false), new OperationFailing(new("object-failed", "r2/replica-1", "no", [])), End(OperationState.RolledBack)], Token);
        Assert.Equal(next.Split('|'), (await server.GetAsync<OperationView>("/operations/op-next-2")).Next);
        Assert.Equal("available", (await server.GetAsync<ApplicationDetail>("/apps/shop")).Status);
    }

    [Fact]
    public async Task The_history_has_every_revision_also_of_an_application_that_is_gone()
    {
        await using var server = await StartAsync();
        await ChangeAsync(server, "op-next-2", OperationAction.Scale, new() { Replicas = 3 });
        await EnqueueAsync(server, "op-next-3", OperationAction.Redeploy, new() { Revision = 2 });
        var failure = new Failure("object-failed", "r2/replica-1", "exited with code 3", ["last words"]);
        await server.Store.AppendAsync("op-next-3", [new OperationStarted(false), new OperationFailing(failure), End(OperationState.RolledBack)], Token);

        var history = await server.GetAsync<IReadOnlyList<RevisionView>>("/apps/shop/history");
        Assert.Equal(
            [("redeploy", 2, true, false, "rolled-back"), ("scale", 1, false, true, "succeeded"), ("deploy", 1, true, true, "succeeded")],
            history.Select(each => (each.Action, each.Number, each.IsNew, each.IsInForce, each.State)));
        Assert.Equal(("exited with code 3", "ada"), (history[0].Failure?.Cause, history[0].By));
        Assert.Equal(["replicas 1 → 3"], history[1].Changes);
        Assert.Equal("web@sha256:1234", history[2].Image);
        Assert.Equal(Definition, history[2].Definition);

        using var deleted = await server.Client.DeleteAsync("/apps/shop", Token);
        await server.Store.AppendAsync("op-000000000001", [End(OperationState.Succeeded)], Token);
        Assert.All(await server.GetAsync<IReadOnlyList<RevisionView>>("/apps/shop/history"), each => Assert.True(each.IsGone));
    }

    [Fact]
    public async Task Logs_of_before_are_there_when_the_application_is_gone()
    {
        await using var server = await StartAsync();
        using var deleted = await server.Client.DeleteAsync("/apps/shop", Token);
        await server.Store.AppendAsync("op-000000000001", [End(OperationState.Succeeded)], Token);
        server.Engine.Log = [new(null, "r1/replica-1", "last words")];
        Assert.Contains("last words", await server.Client.GetStringAsync("/apps/shop/logs?previous=true&replica=1", Token), StringComparison.Ordinal);
        Assert.Equal(new LogQuery(Previous: true, Replica: 1), server.Engine.AskedForLog);
    }

    [Fact]
    public async Task An_undoing_can_be_ended_with_what_there_is()
    {
        await using var server = await StartAsync();
        await EnqueueAsync(server, "op-next-2", OperationAction.Redeploy, new() { Revision = 2 });
        using var answer = await server.Client.PostAsync("/operations/op-next-2/cancel?keep=true", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var last = (await server.GetAsync<IReadOnlyList<EventView>>("/operations/op-next-2/journal"))[^1];
        Assert.Equal(("cancel-requested", "keep"), (last.Type, last.Detail));
    }

    private static async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync();
        var shop = Samples.Subject(Shop, id: "shop01") with { Definition = Definition };
        await server.Store.SeedAsync(shop.With("", ("Url", "http://127.0.0.1:1", false), ("Image", "web@sha256:1234", false)));
        return server;
    }

    private static Task<HttpResponseMessage> PutAsync(TestServer server, ApplicationRedeployRequest request) =>
        server.Client.PutAsJsonAsync("/apps/shop", request, ApiJson.Default.ApplicationRedeployRequest, Token);

    private static async Task<(int Revision, int? Replicas)> RevisionAndReplicasAsync(TestServer server)
    {
        var detail = await server.GetAsync<ApplicationDetail>("/apps/shop");
        var summary = Assert.Single(await server.GetAsync<IReadOnlyList<ApplicationSummary>>("/apps"));
        Assert.Equal((detail.Revision, detail.Replicas), (summary.Revision, summary.Replicas));
        return (detail.Revision, detail.Replicas);
    }

    private static Task<Operation> EnqueueAsync(TestServer server, string id, string action, Desired desired)
    {
        var request = new OperationRequest(Definition, "shop.yaml", false, false, [])
        {
            Action = action,
            Desired = desired,
            StatusBefore = SubjectStatus.Available,
        };
        var operation = new Operation(
            id, OperationKind.Update, Shop, "shop01", [], request, OperationState.Queued, "ada", Samples.Noon, null, null, null, null);
        return server.Store.EnqueueAsync([new(operation, null)], Token);
    }

    private static async Task ChangeAsync(TestServer server, string id, string action, Desired desired)
    {
        await EnqueueAsync(server, id, action, desired);
        var outputs = new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>
        {
            [""] = new Dictionary<string, StoredValue> { ["Url"] = new("http://127.0.0.1:1", Secret: false) },
        };
        await server.Store.AppendAsync(
            id, [new OperationStarted(false), new OperationCommitted(outputs, []), new OperationEnded(OperationState.Succeeded, outputs)], Token);
    }

    private static OperationEnded End(OperationState state) => new(state, new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>());
}

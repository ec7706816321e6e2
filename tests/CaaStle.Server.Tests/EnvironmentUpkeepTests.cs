using System.Net;
using System.Net.Http.Json;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Tests.Fakes;

namespace CaaStle.Server.Tests;

public sealed class EnvironmentUpkeepTests
{
    private static readonly string By = Environment.UserName;

    private static readonly SubjectKey Orders = SubjectKey.Environment("orders");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_update_and_its_plan_reach_the_engine_as_they_were_asked_for()
    {
        await using var server = await StartAsync();
        server.Engine.Changes =
        [
            new("network", "docker/network", "orders-net", [], ChangeKind.Keep, HoldsData: false, LosesData: false),
            new("mysql/volume", "docker/volume", null, ["network"], ChangeKind.Replace, HoldsData: true, LosesData: true),
        ];
        var request = new EnvironmentUpdateRequest("text", "e.yaml", "orders", NoRollback: true);
        using var planned = await server.Client.PostAsJsonAsync("/environments/orders/plan", request, ApiJson.Default.EnvironmentUpdateRequest, Token);
        using var updated = await server.Client.PutAsJsonAsync("/environments/orders", request, ApiJson.Default.EnvironmentUpdateRequest, Token);

        var plan = (await planned.Content.ReadFromJsonAsync(ApiJson.Default.PlanView, Token))!;
        Assert.Equal(("environment/orders", "update"), (plan.Subject, plan.Action));
        Assert.Equal([("keep", false), ("replace", true)], plan.Steps.Select(step => (step.Change!, step.LosesData)));
        Assert.Equal(HttpStatusCode.Accepted, updated.StatusCode);
        var wanted = new UpdateEnvironment("orders", "text", "e.yaml", "orders", KeepOnFailure: true, By);
        Assert.Equal([wanted, wanted], server.Engine.Requests);
    }

    [Fact]
    public async Task Data_that_would_be_lost_is_a_problem_of_its_own()
    {
        await using var server = await StartAsync();
        server.Engine.Refusal = new RefusedException(RefusedException.LosesData, "The data of mysql/volume would be lost.", ["cld env update orders e.yaml --confirm orders"]);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/environments/orders")
        {
            Content = JsonContent.Create(new EnvironmentUpdateRequest("text", "e.yaml"), ApiJson.Default.EnvironmentUpdateRequest),
        };

        var problem = await server.ProblemAsync(request, HttpStatusCode.PreconditionFailed, ProblemCodes.LosesData);

        Assert.Equal(["cld env update orders e.yaml --confirm orders"], problem.Next);
    }

    [Theory]
    [InlineData("pause", OperationAction.Pause)]
    [InlineData("resume", OperationAction.Resume)]
    [InlineData("repair", OperationAction.Repair)]
    public async Task What_starts_several_operations_answers_with_the_last_and_names_all(string verb, string action)
    {
        await using var server = await StartAsync();
        foreach (var name in (string[])["blog", "shop"])
        {
            await server.Store.SeedAsync(Samples.Subject(SubjectKey.Application(name), id: $"{name}01"));
        }

        server.Engine.Others = () => [SubjectKey.Application("blog"), SubjectKey.Application("shop")];
        using var answer = await server.Client.PostAsync($"/environments/orders/{verb}", null, Token);

        Assert.Equal("/operations/op-000000000003", answer.Headers.Location?.ToString());
        var last = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.OperationView, Token))!;
        Assert.Equal(("op-000000000003", "environment/orders"), (last.Id, last.Subject));
        Assert.Equal(["op-000000000001", "op-000000000002", "op-000000000003"], last.Together);
        Assert.Equal(new SwitchEnvironment("orders", action, By), Assert.Single(server.Engine.Requests));
    }

    [Fact]
    public async Task Accepting_drift_is_an_operation_and_alone_it_is_alone()
    {
        await using var server = await StartAsync();
        using var answer = await server.Client.PostAsync("/environments/orders/accept", null, Token);

        var operation = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.OperationView, Token))!;
        Assert.Equal([operation.Id], operation.Together);
        Assert.Equal(new AcceptDrift("orders", By), Assert.Single(server.Engine.Requests));
    }

    [Fact]
    public async Task A_copy_has_the_definition_in_force()
    {
        await using var server = await StartAsync();
        using var answer = await server.Client.PostAsJsonAsync(
            "/environments/orders/copy", new("review", NoRollback: true, TimeToLiveSeconds: 7200), ApiJson.Default.EnvironmentCopyRequest, Token);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(
            new CreateEnvironment("review", "definition", "", KeepOnFailure: true, By) { TimeToLive = TimeSpan.FromHours(2) },
            Assert.Single(server.Engine.Requests));
        using var missing = new HttpRequestMessage(HttpMethod.Post, "/environments/nothing/copy")
        {
            Content = JsonContent.Create(new EnvironmentCopyRequest("other"), ApiJson.Default.EnvironmentCopyRequest),
        };
        await server.ProblemAsync(missing, HttpStatusCode.NotFound, ProblemCodes.NotFound);
    }

    [Theory]
    [InlineData(14400L, "2026-05-01T16:00:00+00:00")]
    [InlineData(null, null)]
    public async Task A_time_to_live_is_from_now_on(long? seconds, string? expires)
    {
        await using var server = await StartAsync();
        using var answer = await server.Client.PutAsJsonAsync("/environments/orders/expiry", new(seconds), ApiJson.Default.ExpiryRequest, Token);

        var expiry = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.ExpiryView, Token))!;
        Assert.Equal(expires is null ? null : DateTimeOffset.Parse(expires, System.Globalization.CultureInfo.InvariantCulture), expiry.ExpiresAt);
        Assert.Equal(("orders", seconds is null ? (TimeSpan?)null : TimeSpan.FromHours(4)), Assert.Single(server.Engine.Requests));
    }

    [Fact]
    public async Task An_environment_shows_when_it_expires_that_it_is_paused_and_what_is_outdated()
    {
        await using var server = await StartAsync();
        await server.Store.UpdateSubjectExpiryAsync(Orders, "abc123", Samples.Noon.AddHours(2), Token);
        server.Engine.Outdated = ["shop"];
        using var pausing = await server.Client.PostAsync("/environments/orders/pause", null, Token);
        await server.Store.AppendAsync("op-000000000001", [new OperationStarted(false)], Token);
        Assert.Equal("updating", (await server.GetAsync<EnvironmentDetail>("/environments/orders")).Status);

        var detail = await server.GetAsync<EnvironmentDetail>("/environments/orders");
        Assert.Equal(Samples.Noon.AddHours(2), detail.ExpiresAt);
        Assert.Equal(["shop"], detail.OutdatedApplications);
        Assert.Equal(Samples.Noon.AddHours(2), Assert.Single(await server.GetAsync<IReadOnlyList<EnvironmentSummary>>("/environments")).ExpiresAt);
    }

    [Fact]
    public async Task An_update_that_succeeded_names_the_applications_to_redeploy()
    {
        await using var server = await StartAsync();
        using var updated = await server.Client.PutAsJsonAsync(
            "/environments/orders", new("text", "e.yaml"), ApiJson.Default.EnvironmentUpdateRequest, Token);
        server.Engine.Outdated = ["shop"];
        Assert.Empty((await server.GetAsync<OperationView>("/operations/op-000000000001")).OutdatedApplications);
        await server.Store.AppendAsync(
            "op-000000000001",
            [new OperationStarted(false), new OperationEnded(OperationState.Succeeded, new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>())],
            Token);

        var operation = await server.GetAsync<OperationView>("/operations/op-000000000001");

        Assert.Equal(["shop"], operation.OutdatedApplications);
        Assert.Equal(["cld app redeploy shop", "cld env show orders"], operation.Next);
    }

    [Theory]
    [InlineData(OperationState.RolledBack, OperationAction.Update, "cld env update orders e.yaml")]
    [InlineData(OperationState.Kept, OperationAction.Update, "cld env show orders", "cld env update orders e.yaml")]
    [InlineData(OperationState.RolledBack, OperationAction.Repair, "cld op show op-9", "cld env drift orders")]
    [InlineData(OperationState.Succeeded, OperationAction.Pause, "cld env resume orders")]
    public void What_to_type_next_fits_what_was_asked_for(OperationState state, string action, params string[] next)
    {
        var operation = new Operation(
            "op-9", OperationKind.Update, Orders, "abc123", [], new("", "e.yaml", false, false, []) { Action = action },
            state, "ada", Samples.Noon, null, null, Samples.Noon, null);

        Assert.Equal(next, NextCommands.After(operation));
    }

    [Fact]
    public async Task Drift_tells_the_state_of_each_object_and_no_specification()
    {
        await using var server = await StartAsync();
        var record = Samples.Object(Samples.Subject(Orders), "mysql/volume") with { HoldsData = true };
        server.Engine.Observed =
        [
            new(record, Drift.Missing, "absent", []),
            new(record, Drift.Broken, "exited with code 1", ["boom"]),
            new(record, Drift.None, "running", []),
            new(record, Drift.Changed, "to be changed", []),
            new(record, Drift.Unknown, "Docker is not running", []),
        ];

        Assert.DoesNotContain("in-the-spec", await server.Client.GetStringAsync("/environments/orders/drift", Token), StringComparison.Ordinal);
        var drift = await server.GetAsync<DriftView>("/environments/orders/drift");

        Assert.Equal(["missing", "broken", "ready", "changed", "unknown"], drift.Objects.Select(each => each.State));
        Assert.Equal(["boom"], drift.Objects[1].LastLog);
        Assert.Equal(("environment/orders", "mysql/volume", "orders-mysql/volume", true), (drift.Objects[0].Subject, drift.Objects[0].Key, drift.Objects[0].Identity, drift.Objects[0].HoldsData));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("?now=true", true)]
    public async Task Whoever_asks_is_told_how_the_objects_are_now(string query, bool isTold)
    {
        await using var server = await TestServer.StartAsync();
        var (environment, application) = (Samples.Subject(Orders), Samples.Subject(SubjectKey.Application("shop"), id: "shop01"));
        var (volume, replica) = (Samples.Object(environment, "mysql/volume"), Samples.Object(application, "r1/replica-1/app"));
        var (cache, gone) = (Samples.Object(environment, "redis/volume"), Samples.Object(environment, "redis/container"));
        await server.Store.SeedAsync(environment, volume, cache, gone);
        await server.Store.SeedAsync(application, replica);
        server.Engine.Observed =
        [
            new(volume, Drift.None, "there", []), new(cache, Drift.Unknown, "no answer", []), new(gone, Drift.Missing, "absent", []),
            new(replica, Drift.Broken, "exited with code 1", ["boom"]),
        ];

        var orders = await server.GetAsync<EnvironmentDetail>($"/environments/orders{query}");
        var shop = await server.GetAsync<ApplicationDetail>($"/apps/shop{query}");

        Assert.Equal(isTold ? new("ready", "there") : null, orders.Objects[0].Now);
        Assert.Equal(isTold ? ["available", "missing"] : ["available", "available"], orders.Resources.Select(resource => resource.Status));
        Assert.Equal(isTold ? new("broken", "exited with code 1") : null, Assert.Single(shop.Objects).Now);
    }

    [Fact]
    public async Task A_repeated_request_is_answered_with_the_same_operations()
    {
        await using var server = await StartAsync();
        await server.Store.SeedAsync(Samples.Subject(SubjectKey.Application("shop"), id: "shop01"));
        server.Engine.Others = () => [SubjectKey.Application("shop")];
        var answers = new List<OperationView>();
        for (var time = 0; time < 2; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/environments/orders/pause") { Headers = { { "Idempotency-Key", "once" } } };
            using var answer = await server.Client.SendAsync(request, Token);
            answers.Add((await answer.Content.ReadFromJsonAsync(ApiJson.Default.OperationView, Token))!);
        }

        Assert.Equal(answers[0].Together, answers[1].Together);
        Assert.Equal(2, answers[0].Together.Count);
        Assert.Single(server.Engine.Requests);
    }

    private static async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync();
        await server.Store.SeedAsync(Samples.Subject(Orders));
        return server;
    }
}

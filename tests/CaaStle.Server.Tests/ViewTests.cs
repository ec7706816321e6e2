using System.Net;
using System.Net.Http.Json;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Server.Security;
using CaaStle.Server.Tests.Fakes;

namespace CaaStle.Server.Tests;

public sealed class ViewTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/environments/orders")]
    [InlineData("/resources/orders")]
    [InlineData("/apps/shop")]
    [InlineData("/environments")]
    [InlineData("/resources")]
    public async Task Secrets_are_masked_unless_asked_for(string path)
    {
        await using var server = await TestServer.StartAsync();
        var secret = new DataProtectionVault(server.Home).Protect("s3cr3t");
        var orders = Samples.Subject(SubjectKey.Environment("orders")).With("", ("Network", "orders-net", false))
            .With("mysql.main", ("Password", secret, true), ("Username", "ada", false));
        await server.Store.SeedAsync(orders, Samples.Object(orders, "mysql.main/volume"));
        await server.Store.SeedAsync(Samples.Subject(SubjectKey.Application("shop"), id: "shop01").With("", ("Url", "http://127.0.0.1:1", false), ("Key", secret, true)));

        var masked = await server.Client.GetStringAsync(path, Token);
        Assert.DoesNotContain("s3cr3t", masked, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, masked, StringComparison.Ordinal);
        Assert.DoesNotContain("in-the-spec", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("in-the-state", masked, StringComparison.Ordinal);
        var revealed = await server.Client.GetStringAsync($"{path}?reveal=true", Token);
        Assert.Equal(path.Count(c => c == '/') > 1, revealed.Contains("s3cr3t", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_environment_shows_its_resources_applications_and_objects()
    {
        await using var server = await TestServer.StartAsync();
        var orders = Samples.Subject(SubjectKey.Environment("orders"))
            .With("", ("Network", "orders-net", false)).With("mysql.main", ("Password", "protected", true)).With("redis", ("Port", "6379", false));
        await server.Store.SeedAsync(orders, Samples.Object(orders, "network"), Samples.Object(orders, "mysql.main/volume"), Samples.Object(orders, "redis/container"));
        await server.Store.SeedAsync(Samples.Subject(SubjectKey.Application("shop"), id: "shop01").With("", ("Url", "http://127.0.0.1:1", false)));

        var detail = await server.GetAsync<EnvironmentDetail>("/environments/orders");
        Assert.Equal(("available", "local", "local-docker", "ada"), (detail.Status, detail.Target, detail.Type, detail.CreatedBy));
        Assert.Equal([new OutputView("Network", "orders-net", false)], detail.Outputs);
        Assert.Equal(["main mysql available", "redis redis available"], detail.Resources.Select(one => $"{one.Name} {one.Type} {one.Status}"));
        Assert.Equal([new OutputView("Password", Secret.Mask, true)], detail.Resources[0].Outputs);
        Assert.Equal(["shop"], detail.Applications);
        Assert.Equal(["network", "mysql.main/volume", "redis/container"], detail.Objects.Select(item => item.Key));

        var summary = Assert.Single(await server.GetAsync<IReadOnlyList<EnvironmentSummary>>("/environments"));
        Assert.Equal((2, 1, null), (summary.Resources, summary.Applications, summary.Operation));
        var application = Assert.Single(await server.GetAsync<IReadOnlyList<ApplicationSummary>>("/apps"));
        Assert.Equal(("orders", "http://127.0.0.1:1"), (application.Environment, application.Url));
    }

    [Fact]
    public async Task What_was_missing_and_is_forgotten_is_missing_and_offers_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var orders = Samples.Subject(SubjectKey.Environment("orders"))
            .With("mysql.main", ("Address", "orders-main", false)).With("redis", ("Port", "6379", false));
        await server.Store.SeedAsync(orders, Samples.Object(orders, "mysql.main/volume"), Samples.Object(orders, "redis/container"));
        var shop = Samples.Subject(SubjectKey.Application("shop"), id: "shop01").With("", ("Url", "http://127.0.0.1:1", false));
        await server.Store.SeedAsync(shop, Samples.Object(shop, "entry"));
        await server.Store.ForgetAsync(orders, "mysql.main/container");
        await server.Store.ForgetAsync(shop, "entry");

        var resources = (await server.GetAsync<EnvironmentDetail>("/environments/orders")).Resources;
        Assert.Equal(["main missing 0", "redis available 1"], resources.Select(one => $"{one.Name} {one.Status} {one.Outputs.Count}"));
        Assert.Equal(resources.Select(one => one.Status), (await server.GetAsync<IReadOnlyList<ResourceView>>("/resources")).Select(one => one.Status));
        Assert.Empty((await server.GetAsync<ApplicationDetail>("/apps/shop")).Outputs);
        Assert.Null(Assert.Single(await server.GetAsync<IReadOnlyList<ApplicationSummary>>("/apps")).Url);
    }

    [Fact]
    public async Task Lists_come_in_parts_by_name()
    {
        await using var server = await TestServer.StartAsync();
        var names = Enumerable.Range(0, 1203).Select(number => $"env-{number:0000}").ToList();
        foreach (var name in names)
        {
            await server.Store.SeedAsync(Samples.Subject(SubjectKey.Environment(name), id: name));
        }

        Assert.Equal(names, await NamesAsync(""));
        Assert.Equal(names[..700], await NamesAsync("?limit=700"));
        Assert.Equal(names[700..1202], await NamesAsync("?after=env-0699&limit=502"));
        Assert.Equal(names[10..20], await NamesAsync("?name=env-001*&status=available&target=local"));
        Assert.Empty(await NamesAsync("?status=paused"));

        async Task<IEnumerable<string>> NamesAsync(string query) =>
            (await server.GetAsync<IReadOnlyList<EnvironmentSummary>>($"/environments{query}")).Select(environment => environment.Name);
    }

    [Theory]
    [InlineData("/environments?status=stopped", "It is one of creating, available, rolling-back, create-failed, updating, update-failed, paused, deleting.")]
    [InlineData("/apps?status=paused", "It is one of creating, available, rolling-back, create-failed, updating, update-failed, stopped, deleting.")]
    [InlineData("/containers?limit=0", "It is 1 or more.")]
    [InlineData("/environments?target=awz", "It is one of ")]
    public async Task A_part_that_cannot_be_is_refused(string path, string expected)
    {
        await using var server = await TestServer.StartAsync();

        using var answer = await server.Client.GetAsync(path, Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(expected, await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_being_worked_on_names_the_operation()
    {
        await using var server = await TestServer.StartAsync();
        var id = await EventStreamTests.CreateAsync(server, "orders");
        await server.Store.AppendAsync(id, [new ObjectIntended("mysql/volume", "docker/volume", "v", "{}", [], true)], Token);
        var detail = await server.GetAsync<EnvironmentDetail>("/environments/orders");
        Assert.Equal((id, "creating"), (detail.Operation, detail.Status));
        Assert.Equal("creating", Assert.Single(detail.Resources).Status);
        Assert.Equal(1, Assert.Single(await server.GetAsync<IReadOnlyList<EnvironmentSummary>>("/environments")).Resources);
        Assert.Equal([id], (await server.GetAsync<IReadOnlyList<OperationView>>("/operations?active=true&subject=environment/orders")).Select(one => one.Id));
        Assert.Equal(1, (await server.GetAsync<ServerStatus>("/server")).OperationsUnderWay);
        Assert.Equal([id], (await server.GetAsync<IReadOnlyList<OperationView>>("/environments/orders/history")).Select(one => one.Id));
    }

    [Fact]
    public async Task An_operation_says_how_it_ended_what_it_made_and_what_to_type_next()
    {
        await using var server = await TestServer.StartAsync();
        var id = await EventStreamTests.CreateAsync(server, "orders");
        var operation = await server.GetAsync<OperationView>($"/operations/{id}");
        Assert.Equal(("create", "environment/orders", "queued"), (operation.Action, operation.Subject, operation.State));
        Assert.Equal([$"cld op watch {id}", $"cld op cancel {id}"], operation.Next);

        var outputs = new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>
        {
            ["mysql"] = new Dictionary<string, StoredValue> { ["Password"] = new("protected", Secret: true) },
        };
        await server.Store.AppendAsync(id, [new OperationStarted(false), new OperationEnded(OperationState.Succeeded, outputs)], Token);
        operation = await server.GetAsync<OperationView>($"/operations/{id}");
        Assert.Equal("succeeded", operation.State);
        Assert.Equal(["cld env show orders"], operation.Next);
        Assert.Equal(new OutputView("Password", Secret.Mask, true), Assert.Single(Assert.Single(operation.Outputs).Outputs));
    }

    [Fact]
    public async Task A_rolled_back_operation_says_why_and_how_to_try_again()
    {
        await using var server = await TestServer.StartAsync();
        var id = await EventStreamTests.CreateAsync(server, "orders");
        using var cancelled = await server.Client.PostAsync($"/operations/{id}/cancel", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Assert.Equal([$"cld op watch {id}"], (await cancelled.Content.ReadFromJsonAsync(ApiJson.Default.OperationView, Token))!.Next);
        await server.Store.AppendAsync(id, [new OperationFailing(new("cancelled", null, "cancelled", []))], Token);
        Assert.Equal("rolling-back", (await server.GetAsync<EnvironmentDetail>("/environments/orders")).Status);
        await server.Store.AppendAsync(
            id, [new OperationEnded(OperationState.RolledBack, new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>())], Token);
        var operation = await server.GetAsync<OperationView>($"/operations/{id}");
        Assert.Equal(("rolled-back", "cancelled"), (operation.State, operation.Failure?.Code));
        Assert.NotNull(operation.CancelledBy);
        Assert.Equal(["cld env create orders 'my file.yaml'"], operation.Next);
    }

    [Fact]
    public async Task Requests_reach_the_engine_as_they_were_made()
    {
        await using var server = await TestServer.StartAsync();
        var by = Environment.UserName;
        using var created = await server.Client.PostAsJsonAsync(
            "/environments", new("orders", "text", "e.yaml", NoRollback: true), ApiJson.Default.EnvironmentCreateRequest, Token);
        await server.Store.AppendAsync("op-000000000001", [End(OperationState.Succeeded)], Token);
        using var deployed = await server.Client.PostAsJsonAsync(
            "/apps", new("shop", "orders", "text", "a.yaml"), ApiJson.Default.ApplicationDeployRequest, Token);
        await server.Store.AppendAsync("op-000000000002", [End(OperationState.Succeeded)], Token);
        using var deleted = await server.Client.DeleteAsync("/environments/orders?force=true&keepData=true", Token);
        server.Engine.Plan = [new("mysql/volume", "docker/volume", "orders-mysql", ["network"], true)];
        var plan = await server.GetAsync<PlanView>("/environments/orders/deletion?force=true");
        Assert.Equal(
            [
                new CreateEnvironment("orders", "text", "e.yaml", KeepOnFailure: true, by),
                new DeployApplication("shop", "orders", "text", "a.yaml", KeepOnFailure: false, by),
                new DeleteSubject(SubjectKey.Environment("orders"), Force: true, KeepData: true, by),
                new DeleteSubject(SubjectKey.Environment("orders"), Force: true, KeepData: false, by),
            ],
            server.Engine.Requests);
        Assert.Equal(("environment/orders", "delete", "orders-mysql"), (plan.Subject, plan.Action, Assert.Single(plan.Steps).Identity));
    }

    [Fact]
    public async Task The_server_shows_its_clouds_what_stands_in_their_way_and_what_could_not_be_loaded()
    {
        FakeCloud[] clouds =
        [
            new() { Name = "stuck", Obstacles = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith<IReadOnlyList<string>>(_ => [], TaskScheduler.Default) },
            new() { Name = "down", Obstacles = _ => throw new CloudException(CloudFault.Unreachable, "Docker is not running.") },
            new() { Name = "fine" },
        ];
        await using var server = await TestServer.StartAsync(clouds, extensionFailures: ["x.dll: built for another contract"]);
        var asking = server.GetAsync<ServerStatus>("/server");
        await server.Clock.SomethingWaitsForAsync(TimeSpan.FromSeconds(2));
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        var status = await asking;
        Assert.Equal(["down", "fine", "stuck"], status.Clouds.Select(cloud => cloud.Name));
        Assert.Equal(["Docker is not running."], status.Clouds[0].Obstacles);
        Assert.Equal(["fake-coe"], status.Clouds[1].Coes);
        Assert.Equal(["The cloud 'stuck' did not answer within 2 s."], status.Clouds[2].Obstacles);
        Assert.Equal(["x.dll: built for another contract"], status.ExtensionFailures);
        Assert.All((await server.GetAsync<ServerStatus>("/server?obstacles=false")).Clouds, cloud => Assert.Empty(cloud.Obstacles));
    }

    [Fact]
    public async Task Definitions_are_checked_and_types_and_schemas_shown()
    {
        await using var server = await TestServer.StartAsync([new FakeCloud()]);
        using var answer = await server.Client.PostAsJsonAsync(
            "/validate", new("clster_size: 1", "e.yaml"), ApiJson.Default.ValidateRequest, Token);
        var result = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.ValidateResult, Token))!;
        Assert.Equal(("environment", "cluster_size"), (result.Kind, Assert.Single(result.Errors).Suggestion));
        Assert.DoesNotContain("null", await server.Client.GetStringAsync("/types", Token), StringComparison.Ordinal);
        var type = Assert.Single(await server.GetAsync<IReadOnlyList<TypeView>>("/types"));
        Assert.Equal(("fake", "coe", "fake-coe", "integer"), (type.Cloud, type.Role, type.Type, type.Options[0].Type));
        Assert.Equal("""{"title":"application"}""", await server.Client.GetStringAsync("/schemas/application.json", Token));
    }

    private static OperationEnded End(OperationState state) => new(state, new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>());
}

using System.Net;
using System.Net.Http.Json;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Server.Tests.Fakes;

namespace CaaStle.Server.Tests;

/// <summary>A request that starts an operation comes again, because its answer was lost.</summary>
public sealed class RepeatedRequestTests
{
    private const string Creation = """{"name":"orders","definition":"environment:","fileName":"environment.yaml"}""";
    private static readonly SubjectKey Orders = SubjectKey.Environment("orders");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_creation_that_is_repeated_is_answered_with_the_first_while_it_goes_on_and_when_it_has_ended()
    {
        await using var server = await TestServer.StartAsync();
        var first = await AcceptedAsync(server, Create("key-1"));

        Assert.Equal(first.Id, (await AcceptedAsync(server, Create("key-1"))).Id);
        await server.Store.AppendAsync(first.Id, [Ended(OperationState.Succeeded)], Token);
        var afterwards = await AcceptedAsync(server, Create("key-1"));

        Assert.Equal((first.Id, "succeeded"), (afterwards.Id, afterwards.State));
        Assert.Single(await server.Store.ListOperationsAsync(new(), Token));
        Assert.Single(server.Engine.Requests);
    }

    [Fact]
    public async Task A_deletion_that_is_repeated_is_answered_with_the_first_when_nothing_is_left()
    {
        await using var server = await TestServer.StartAsync();
        await server.Store.SeedAsync(Samples.Subject(Orders));
        var first = await AcceptedAsync(server, Delete("key-1"));
        await server.Store.AppendAsync(first.Id, [Ended(OperationState.Succeeded)], Token);
        Assert.Null(await server.Store.FindSubjectAsync(Orders, Token));

        Assert.Equal(first.Id, (await AcceptedAsync(server, Delete("key-1"))).Id);
        await server.ProblemAsync(Delete("key-2"), HttpStatusCode.NotFound, ProblemCodes.NotFound);
    }

    [Fact]
    public async Task What_stands_in_the_way_because_the_first_was_accepted_meanwhile_is_no_refusal()
    {
        await using var server = await TestServer.StartAsync();
        server.Engine.Checking = async () =>
        {
            server.Engine.Checking = null;
            await AcceptedAsync(server, Create("key-1"));
            server.Engine.Refusal = new SubjectExistsException(Orders);
        };

        var answer = await AcceptedAsync(server, Create("key-1"));

        Assert.Equal(answer.Id, Assert.Single(await server.Store.ListOperationsAsync(new(), Token)).Id);
        await server.ProblemAsync(Create("key-2"), HttpStatusCode.Conflict, ProblemCodes.AlreadyExists);
        await server.ProblemAsync(Create(null), HttpStatusCode.Conflict, ProblemCodes.AlreadyExists);
    }

    [Fact]
    public async Task A_refused_request_may_come_again_by_its_key_and_be_accepted()
    {
        await using var server = await TestServer.StartAsync();
        server.Engine.Refusal = new SubjectExistsException(Orders);
        await server.ProblemAsync(Create("key-1"), HttpStatusCode.Conflict, ProblemCodes.AlreadyExists);
        server.Engine.Refusal = null;

        Assert.Equal("queued", (await AcceptedAsync(server, Create("key-1"))).State);
    }

    [Fact]
    public async Task A_key_that_names_another_request_is_refused_with_what_that_has_started()
    {
        await using var server = await TestServer.StartAsync();
        var first = await AcceptedAsync(server, Create("key-1"));

        var other = Post("/environments", Creation.Replace("orders", "others", StringComparison.Ordinal), "key-1");
        var problem = await server.ProblemAsync(other, HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest);
        Assert.Contains($"{first.Id} on environment/orders", problem.Detail, StringComparison.Ordinal);
        await server.ProblemAsync(Delete("key-1"), HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest);
        Assert.Single(await server.Store.ListOperationsAsync(new(), Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-01")]
    public async Task A_key_that_is_empty_too_long_or_not_plain_is_refused(string key)
    {
        await using var server = await TestServer.StartAsync();
        using var request = Create(null);
        request.Headers.TryAddWithoutValidation(Routes.RequestKeyHeader, key);

        var problem = await server.ProblemAsync(request, HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest);

        Assert.Contains("1 to 100", problem.Detail, StringComparison.Ordinal);
        Assert.Empty(server.Engine.Requests);
    }

    [Fact]
    public async Task A_build_context_that_comes_again_is_not_kept_again()
    {
        await using var server = await TestServer.StartAsync();
        var first = await AcceptedAsync(server, Upload("key-1"));

        Assert.Equal(first.Id, (await AcceptedAsync(server, Upload("key-1"))).Id);
        server.Engine.Checking = async () =>
        {
            // Between the checks of the second and its acceptance the first is accepted.
            server.Engine.Checking = null;
            await AcceptedAsync(server, Upload("key-2", "other"));
        };
        await AcceptedAsync(server, Upload("key-2", "other"));

        Assert.Equal(2, Directory.GetDirectories(server.Home.ContainersFolder).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(600)]
    public async Task A_client_whose_answers_get_lost_starts_everything_once(int passing)
    {
        await using var server = await TestServer.StartAsync();
        using var relay = new LossyRelay(server.Port) { Passing = passing };
        using var http = new HttpMessageInvoker(
            new ServerAddressHandler(new(server.Running.Url), server.Running.Token, relay.CreateHandler()));
        using var client = new CaaStleClient(http, new NoPauses());
        var tar = new byte[100_000];

        relay.Losses = 2;
        var created = await client.CreateEnvironmentAsync(new("orders", "environment:", "environment.yaml"), Token);
        await server.Store.AppendAsync(created.Id, [Ended(OperationState.Succeeded)], Token);
        relay.Losses = 1;
        var built = await client.CreateContainerAsync("web", "local", "Dockerfile", new ByteArrayContent(tar), Token);
        relay.Losses = 1;
        var deployed = await client.DeployApplicationAsync(new("shop", "orders", "app:", "app.yaml"), Token);
        await server.Store.AppendAsync(deployed.Id, [Ended(OperationState.Succeeded)], Token);
        relay.Losses = 1;
        var undeployed = await client.DeleteApplicationAsync("shop", keepData: false, Token);
        await server.Store.AppendAsync(undeployed.Id, [Ended(OperationState.Succeeded)], Token);
        relay.Losses = 1;
        var deleted = await client.DeleteEnvironmentAsync("orders", force: false, keepData: false, Token);

        Assert.Equal(0, relay.Losses);
        Assert.Equal(
            new[] { created, built, deployed, undeployed, deleted }.Select(operation => operation.Id),
            (await server.Store.ListOperationsAsync(new(), Token)).Select(operation => operation.Id).Order());
    }

    private sealed class NoPauses : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    private static OperationEnded Ended(OperationState state) =>
        new(state, new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>());

    private static async Task<OperationView> AcceptedAsync(TestServer server, HttpRequestMessage request)
    {
        using var answer = await server.Client.SendAsync(request, Token);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Token));
        var operation = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.OperationView, Token))!;
        Assert.Equal($"/operations/{operation.Id}", answer.Headers.Location?.ToString());
        return operation;
    }

    private static HttpRequestMessage Create(string? key) => Post("/environments", Creation, key);

    private static HttpRequestMessage Delete(string key) => With(key, new(HttpMethod.Delete, "/environments/orders"));

    private static HttpRequestMessage Post(string path, string body, string? key) => With(key, ProblemTests.Post(path, body));

    private static HttpRequestMessage Upload(string key, string name = "web") =>
        With(key, new(HttpMethod.Post, $"/containers?name={name}&registry=local") { Content = new ByteArrayContent(new byte[1000]) });

    private static HttpRequestMessage With(string? key, HttpRequestMessage request)
    {
        if (key is not null)
        {
            request.Headers.Add(Routes.RequestKeyHeader, key);
        }

        return request;
    }
}

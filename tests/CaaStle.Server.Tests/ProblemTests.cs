using System.Net;
using System.Net.Http.Json;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Tests.Fakes;

namespace CaaStle.Server.Tests;

public sealed class ProblemTests
{
    private const string Creation = """{"name":"orders","definition":"environment:","fileName":"environment.yaml"}""";

    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/environments/nothing", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("DELETE", "/environments/nothing", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/environments/nothing/history", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/apps/nothing", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/apps/nothing/logs", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("DELETE", "/containers/nothing", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/resources/nothing", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/operations/op-nothing", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("GET", "/operations/op-nothing/events", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("POST", "/operations/op-nothing/cancel", HttpStatusCode.NotFound, ProblemCodes.NotFound)]
    [InlineData("PUT", "/environments", HttpStatusCode.MethodNotAllowed, ProblemCodes.InvalidRequest)]
    [InlineData("TRACE", "/environments", HttpStatusCode.MethodNotAllowed, ProblemCodes.InvalidRequest)]
    [InlineData("GET", "/operations?limit=many", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    [InlineData("GET", "/operations?limit=0", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    [InlineData("GET", "/operations?subject=orders", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    [InlineData("POST", "/containers?name=..&registry=local", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    [InlineData("POST", "/containers?name=a%2Fb&registry=local", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    [InlineData("POST", "/containers?name=web", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest)]
    public async Task What_cannot_be_answered_is_a_problem(string method, string path, HttpStatusCode status, string code)
    {
        await using var server = await TestServer.StartAsync();
        await server.ProblemAsync(new HttpMethod(method), path, status, code);
    }

    [Theory]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("""{"name":1}""", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("name=orders", "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_that_is_not_the_json_expected_is_a_problem(string body, string type, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync();
        using var request = Post("/environments", body, type);
        await server.ProblemAsync(request, status, ProblemCodes.InvalidRequest);
    }

    [Fact]
    public async Task A_definitions_mistakes_come_all_with_their_places()
    {
        await using var server = await TestServer.StartAsync();
        server.Engine.Refusal = new InvalidDefinitionException(
        [
            new("environment.yaml", 3, 5, "environment.clster_size", "unknown key", "one of cluster_size, instance_type", "cluster_size"),
            new("environment.yaml", 4, 5, "environment.target", "unknown target", "local", null),
        ]);
        using var request = Post("/environments", Creation);
        var problem = await server.ProblemAsync(request, HttpStatusCode.BadRequest, ProblemCodes.InvalidDefinition);
        Assert.Equal("environment.yaml has 2 mistakes.", problem.Title);
        Assert.Equal(
            new DefinitionError("environment.yaml", 3, 5, "environment.clster_size", "unknown key", "one of cluster_size, instance_type", "cluster_size"),
            problem.Errors[0]);
        Assert.Equal(2, problem.Errors.Count);
    }

    [Fact]
    public async Task What_is_locked_says_who_holds_it_since_when_and_what_to_type()
    {
        await using var server = await TestServer.StartAsync();
        var holder = new Operation(
            "op-aaaaaaaaaaaa", OperationKind.Delete, SubjectKey.Environment("orders"), "abc123", [],
            new("", "", false, false, []), OperationState.Running, "ada", Samples.Noon.AddMinutes(-5), null, null, null, null);
        server.Engine.Refusal = new OperationConflictException(holder);
        using var request = Post("/environments", Creation);
        var problem = await server.ProblemAsync(request, HttpStatusCode.Conflict, ProblemCodes.Locked);
        Assert.Equal("environment/orders is being worked on.", problem.Title);
        Assert.Equal(
            "op-aaaaaaaaaaaa (delete environment/orders, asked for by ada) is running since 2026-05-01 11:55:00 UTC (5 min ago). "
            + "Wait for it, or repeat the command with --wait-lock.",
            problem.Detail);
        Assert.Equal(["cld op watch op-aaaaaaaaaaaa"], problem.Next);
        Assert.Equal("op-aaaaaaaaaaaa", problem.Operation?.Id);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_conflict()
    {
        await using var server = await TestServer.StartAsync();
        server.Engine.Refusal = new SubjectExistsException(SubjectKey.Environment("orders"));
        using var request = Post("/environments", Creation);
        var problem = await server.ProblemAsync(request, HttpStatusCode.Conflict, ProblemCodes.AlreadyExists);
        Assert.Equal(["cld env show orders", "cld env update orders FILE", "cld env delete orders"], problem.Next);
    }

    [Theory]
    [InlineData(ProblemCodes.InUse, HttpStatusCode.PreconditionFailed)]
    [InlineData(ProblemCodes.NotAvailable, HttpStatusCode.PreconditionFailed)]
    [InlineData(ProblemCodes.NotFound, HttpStatusCode.NotFound)]
    [InlineData(ProblemCodes.CloudNotReady, HttpStatusCode.ServiceUnavailable)]
    [InlineData(ProblemCodes.InvalidRequest, HttpStatusCode.BadRequest)]
    public async Task A_refusal_keeps_its_code_words_and_next_commands(string code, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync();
        server.Engine.Refusal = new RefusedException(code, "Docker is not running.", ["sudo systemctl start docker"]);
        using var request = Post("/environments", Creation);
        var problem = await server.ProblemAsync(request, status, code);
        Assert.Equal("Docker is not running.", problem.Title);
        Assert.Equal(["sudo systemctl start docker"], problem.Next);
    }

    [Fact]
    public async Task An_operation_that_cannot_be_cancelled_is_a_conflict()
    {
        await using var server = await TestServer.StartAsync();
        using var request = Post("/environments", Creation);
        using var accepted = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        server.Engine.Refusal = new RefusedException(ProblemCodes.NotAvailable, "It has ended.", []);
        await server.ProblemAsync(HttpMethod.Post, $"{accepted.Headers.Location}/cancel", HttpStatusCode.Conflict, ProblemCodes.NotAvailable);
    }

    [Fact]
    public async Task A_defect_tells_where_to_look_and_nothing_of_the_inside()
    {
        await using var server = await TestServer.StartAsync();
        server.Engine.Refusal = new FormatException("inner words of the code");
        using var request = Post("/environments", Creation);
        var problem = await server.ProblemAsync(request, HttpStatusCode.InternalServerError, ProblemCodes.Internal);
        Assert.Contains("trace id", problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("inner words", problem.Title + problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cloud_that_gives_no_answer_is_named_in_its_own_words()
    {
        await using var server = await TestServer.StartAsync();
        server.Engine.Refusal = new CloudException(CloudFault.Unreachable, "connection refused: /var/run/docker.sock");
        using var request = Post("/environments", Creation);
        var problem = await server.ProblemAsync(request, HttpStatusCode.ServiceUnavailable, ProblemCodes.CloudNotReady);
        Assert.Equal("connection refused: /var/run/docker.sock", problem.Detail);
    }

    internal static HttpRequestMessage Post(string path, string body, string type = "application/json") =>
        new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, type) };
}

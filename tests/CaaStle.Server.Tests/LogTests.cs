using System.Net;
using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Server.Tests.Fakes;

namespace CaaStle.Server.Tests;

public sealed class LogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Log_lines_come_as_json_one_a_line()
    {
        await using var server = await StartAsync();
        server.Engine.Log = [new(Samples.Noon, "shop-1", "first"), new(null, "shop-1", "second")];
        using var answer = await server.Client.GetAsync("/apps/shop/logs?tail=5&since=10m", Token);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["first", "second"], Texts(await answer.Content.ReadAsStringAsync(Token)));
        Assert.Equal(new LogQuery(Follow: false, Tail: 5, Since: Samples.Noon.AddMinutes(-10)), server.Engine.AskedForLog);
    }

    [Fact]
    public async Task A_followed_log_comes_as_it_is_written_and_ends_with_the_server()
    {
        await using var server = await StartAsync();
        server.Engine.Log = [new(null, "shop-1", "first")];
        using var answer = await server.Client.GetAsync("/apps/shop/logs?follow=true", HttpCompletionOption.ResponseHeadersRead, Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        Assert.Equal(["first"], Texts((await lines.ReadLineAsync(Token))!));
        using var stop = await server.Client.PostAsync("/server/stop", null, Token);
        await server.Running.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(5), Token);
        Assert.Null(await lines.ReadLineAsync(Token));
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_is_a_problem_and_one_that_breaks_off_says_so()
    {
        await using var server = await StartAsync();
        server.Engine.LogFailure = new CloudException(CloudFault.Unreachable, "Docker is not running.");
        var problem = await server.ProblemAsync(HttpMethod.Get, "/apps/shop/logs", HttpStatusCode.ServiceUnavailable, ProblemCodes.CloudNotReady);
        Assert.Equal("Docker is not running.", problem.Detail);
        server.Engine.Log = [new(null, "shop-1", "first")];
        Assert.Equal(["first", "The log ends here: Docker is not running."], Texts(await server.Client.GetStringAsync("/apps/shop/logs", Token)));
    }

    [Theory]
    [InlineData("since=yesterday")]
    [InlineData("since=m")]
    [InlineData("tail=-1")]
    public async Task Wrong_parameters_are_problems(string query)
    {
        await using var server = await StartAsync();
        await server.ProblemAsync(HttpMethod.Get, $"/apps/shop/logs?{query}", HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest);
    }

    private static async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync();
        await server.Store.SeedAsync(Samples.Subject(SubjectKey.Application("shop")));
        return server;
    }

    private static IEnumerable<string> Texts(string text) => text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonSerializer.Deserialize(line, ApiJson.Default.LogLineView)!.Text);
}

using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests.Crashes;

/// <summary>An environment and its application change, and the server is killed once in each of the operations.</summary>
public sealed class AfterAppendChangeTests
{
    [Fact]
    public Task Changes_end_right_wherever_the_server_is_killed_after_an_append() =>
        CrashPoints.EverywhereAsync(before: false, atLeast: 13, Changes.RunAsync);
}

public sealed class BeforeAppendChangeTests
{
    [Fact]
    public Task Changes_end_right_wherever_the_server_is_killed_before_an_append() =>
        CrashPoints.EverywhereAsync(before: true, atLeast: 13, Changes.RunAsync);
}

internal static class Changes
{
    public static async Task<bool> RunAsync(int at)
    {
        await using var installation = new Installation();
        var (environment, application) = (installation.Environment, installation.Application);
        await installation.DoAsync("env", "create", environment, installation.Write("environment.yaml", Samples.TwoRedis("first", "second")));
        await installation.DoAsync("app", "deploy", application, environment, installation.Write("shop.yaml", Samples.Says("one")));
        var url = await installation.ApplicationUrlAsync();

        // One resource comes, one goes, and one stays as it is.
        var updated = await installation.CrashDuringAsync(
            at, 0, "env", "update", environment, installation.Write("update.yaml", Samples.TwoRedis("second", "third")), "--confirm", environment);
        var shown = await installation.ShowEnvironmentAsync();
        Assert.Equal(["second", "third"], shown.Resources.Select(resource => resource.Name).Order());

        var redeployed = await installation.CrashDuringAsync(
            at, 0, "app", "redeploy", application, installation.Write("redeployed.yaml", Samples.Says("two")));
        Assert.Equal("two\n", await installation.AskApplicationAsync());
        await AssertRecordedAsync(containers: 4);

        var failed = await installation.CrashDuringAsync(
            at, 7, "app", "redeploy", application, installation.Write("failing.yaml", Samples.Shell("echo no such table; exit 3")));
        Assert.Equal("two\n", await installation.AskApplicationAsync());
        await AssertRecordedAsync(containers: 4);

        var scaled = await installation.CrashDuringAsync(at, 0, "app", "scale", application, "2");
        await AssertRecordedAsync(containers: 5);

        var rolledBack = await installation.CrashDuringAsync(at, 0, "app", "rollback", application);
        Assert.Equal("one\n", await installation.AskApplicationAsync());
        Assert.Equal(url, await installation.ApplicationUrlAsync());

        await installation.DoAsync("env", "delete", environment, "--force", "--yes");
        await installation.AssertNothingIsLeftAsync();
        return updated || redeployed || failed || scaled || rolledBack;

        async Task AssertRecordedAsync(int containers) => await installation.AssertDockerHasAsync(
            networks: 1, volumes: 2, containers, (await installation.ShowEnvironmentAsync()).Objects, (await installation.ShowApplicationAsync()).Objects);
    }
}

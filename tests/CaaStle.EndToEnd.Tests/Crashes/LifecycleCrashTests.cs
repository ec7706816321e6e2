using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests.Crashes;

/// <summary>An environment and its application come and go, and the server is killed once in each of the three operations.</summary>
public sealed class AfterAppendLifecycleTests
{
    [Fact]
    public Task Creation_deployment_and_deletion_end_right_wherever_the_server_is_killed_after_an_append() =>
        CrashPoints.EverywhereAsync(before: false, atLeast: 13, Lifecycle.RunAsync);
}

public sealed class BeforeAppendLifecycleTests
{
    [Fact]
    public Task Creation_deployment_and_deletion_end_right_wherever_the_server_is_killed_before_an_append() =>
        CrashPoints.EverywhereAsync(before: true, atLeast: 13, Lifecycle.RunAsync);
}

internal static class Lifecycle
{
    public static async Task<bool> RunAsync(int at)
    {
        await using var installation = new Installation();
        var (environment, application) = (installation.Environment, installation.Application);

        var created = await installation.CrashDuringAsync(
            at, 0, "env", "create", environment, installation.Write("environment.yaml", Samples.Redis));
        var shown = await installation.ShowEnvironmentAsync();
        Assert.Equal("available", shown.Status);
        await installation.AssertDockerHasAsync(networks: 1, volumes: 1, containers: 1, shown.Objects);

        var deployed = await installation.CrashDuringAsync(
            at, 0, "app", "deploy", application, environment, installation.Write("shop.yaml", Samples.AsksRedis));
        Assert.Equal(Samples.RedisAnswer, await installation.AskApplicationAsync());
        await installation.AssertDockerHasAsync(
            networks: 1, volumes: 1, containers: 3, shown.Objects, (await installation.ShowApplicationAsync()).Objects);

        var deleted = await installation.CrashDuringAsync(at, 0, "env", "delete", environment, "--force", "--yes");
        await installation.AssertNothingIsLeftAsync();
        await installation.ExpectAsync(4, "env", "show", environment);
        await installation.ExpectAsync(4, "app", "show", application);
        return created || deployed || deleted;
    }
}

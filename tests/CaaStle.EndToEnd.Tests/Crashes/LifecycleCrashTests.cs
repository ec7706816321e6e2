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
            at, $"environment/{environment}", 0, "env", "create", environment, installation.Write("environment.yaml", Samples.Redis));
        var shown = await installation.ShowEnvironmentAsync();
        Assert.Equal("available", shown.Status);
        await installation.AssertDockerHasAsync(networks: 1, volumes: 1, containers: 1, shown.Objects);

        var deployed = await installation.CrashDuringAsync(
            at, $"application/{application}", 0, "app", "deploy", application, environment, installation.Write("shop.yaml", Samples.AsksRedis));
        Assert.Equal(Samples.RedisAnswer, await installation.AskApplicationAsync());
        await installation.AssertDockerHasAsync(
            networks: 1, volumes: 1, containers: 2, shown.Objects, (await installation.ShowApplicationAsync()).Objects);

        var deleted = await DeleteAsync(installation, at);
        await installation.AssertNothingIsLeftAsync();
        await installation.ExpectAsync(4, "env", "show", environment);
        await installation.ExpectAsync(4, "app", "show", application);
        return created || deployed || deleted;
    }

    private static async Task<bool> DeleteAsync(Installation installation, int at)
    {
        string[] command = ["env", "delete", installation.Environment, "--force", "--yes"];
        await installation.StopServerAsync();
        var server = await installation.StartServerAsync(at);
        var result = await installation.CldAsync(command);
        if (result.ExitCode is 9 or 5)
        {
            // The server died before it could answer, or what it had started is in the way of the repeated request: who repeats the command finds the work going on, or done.
            result = await installation.CldAsync([.. command, "--wait-lock"]);
            Assert.True(result.ExitCode is 0 or 4, $"Repeated: {result}");
        }
        else
        {
            Assert.True(result.ExitCode == 0, $"{result}");
        }

        return server.HasExited;
    }
}

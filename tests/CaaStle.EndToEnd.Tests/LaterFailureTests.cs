using System.Diagnostics;
using CaaStle.Api;
using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

/// <summary>What goes wrong after an application was deployed well.</summary>
public sealed class LaterFailureTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly Installation installation = new();

    public async ValueTask InitializeAsync()
    {
        await installation.DoAsync("env", "create", installation.Environment, installation.Write("environment.yaml", Samples.NoResources));
        await installation.DoAsync(
            "app", "deploy", installation.Application, installation.Environment, installation.Write("shop.yaml", Samples.CrashesOnDemand));
    }

    public ValueTask DisposeAsync() => installation.DisposeAsync();

    [Fact]
    public async Task A_container_that_crashes_much_later_starts_again_and_its_last_words_are_kept()
    {
        var replica = await ContainerAsync(key => key.EndsWith("/app", StringComparison.Ordinal));
        await DockerEngine.ExecuteAsync(replica.Identity, NoVariables, "touch", "/crash");
        await UntilAnsweredAsync();
        await UntilAsync(async () =>
            (await installation.DoAsync("app", "logs", installation.Application, "--previous")).Output.Contains(Samples.LastWords));

        // It must have run for a while before it counts as well again.
        await UntilAsync(async () => (await installation.CldAsync("env", "drift", installation.Environment)).ExitCode == 0);
        await UntilAnsweredAsync();
        await EndAsync();
    }

    [Fact]
    public async Task An_entry_that_somebody_removed_is_told_and_made_again()
    {
        var entry = await ContainerAsync(key => key == "entry");
        await installation.Docker.RemoveAsync(new("docker/container", entry.Identity, null, null));

        var drift = await installation.ExpectAsync(6, "env", "drift", installation.Environment);
        Assert.Contains("missing", drift.Output);
        Assert.Contains(entry.Identity, drift.Output);
        await installation.DoAsync("env", "drift", installation.Environment, "--fix", "--yes");

        await UntilAnsweredAsync();
        await installation.DoAsync("env", "drift", installation.Environment);
        await EndAsync();
    }

    private async Task<ObjectView> ContainerAsync(Func<string, bool> hasKey) =>
        (await installation.ShowApplicationAsync()).Objects.Single(item => item.Kind == "docker/container" && hasKey(item.Key));

    private async Task EndAsync()
    {
        await installation.AssertDockerHasAsync(
            1, 0, 2, (await installation.ShowEnvironmentAsync()).Objects, (await installation.ShowApplicationAsync()).Objects);
        await installation.DoAsync("env", "delete", installation.Environment, "--force", "--yes");
        await installation.AssertNothingIsLeftAsync();
    }

    private Task UntilAnsweredAsync() => UntilAsync(async () =>
    {
        try
        {
            return await installation.AskApplicationAsync() == "alive\n";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    });

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var started = Stopwatch.GetTimestamp(); !await holds(); await Task.Delay(200))
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2), "It never became so.");
    }
}

using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

/// <summary>Docker's engine ends, in good order or not, while applications run or are deployed.</summary>
public sealed class EngineFailureTests
{
    [Fact]
    public async Task What_ran_serves_again_and_what_was_being_deployed_goes_on()
    {
        await using var engine = await OwnEngine.StartAsync("debian:bookworm-slim", "haproxy:2.6");
        await using var installation = engine.Install();
        var (environment, application, second) = (installation.Environment, installation.Application, $"second-{installation.Word}");
        await installation.DoAsync("env", "create", environment, installation.Write("environment.yaml", Samples.NoResources));
        await installation.DoAsync("app", "deploy", application, environment, installation.Write("shop.yaml", Samples.Says("served")));
        var url = await installation.ApplicationUrlAsync();
        Assert.Equal("served\n", await engine.AskAsync(url));

        await engine.StopEngineAsync("TERM");
        Assert.Null(await engine.AskAsync(url));
        await AssertToldAsync(installation);
        await engine.StartEngineAsync();
        await engine.UntilAnsweredAsync(url, "served\n");
        // The entry may answer with a replica that it has not checked again yet.
        await installation.UntilNoDriftAsync();

        // It cannot become ready unless the engine restarts, and so it is killed in the middle.
        using var deployment = installation.Start(
            "app", "deploy", second, environment, installation.Write("second.yaml", Samples.ListensWhenStartedAgain("late")), "--progress", "plain");
        await deployment.UntilWrittenAsync("nothing answers on port 8080");
        await engine.StopEngineAsync("KILL");
        await AssertToldAsync(installation);
        Assert.False(deployment.HasExited, "The deployment does not wait for the engine.");
        await engine.StartEngineAsync();
        // Docker starts what ran, or leaves it down, which the deployment cannot repair.
        var deployed = await deployment.WaitAsync();
        Assert.True(deployed.ExitCode is 0 or 7, deployed.ToString());
        var fixing = await installation.CldAsync("env", "drift", environment, "--fix", "--yes");
        Assert.True(fixing.ExitCode == 0, fixing.ToString());
        await engine.UntilAnsweredAsync(url, "served\n");
        await installation.UntilNoDriftAsync();
        if (deployed.ExitCode == 0)
            Assert.Equal("late\n", await engine.AskAsync((await installation.ShowApplicationAsync(second)).Outputs.Single(output => output.Name == "Url").Value));
        else
            await installation.ExpectAsync(4, "app", "show", second);
        IReadOnlyList<string> applications = deployed.ExitCode == 0 ? [application, second] : [application];
        var shown = await Task.WhenAll(applications.Select(name => installation.ShowApplicationAsync(name)));
        await installation.AssertDockerHasAsync(
            1, 0, 2 * applications.Count, [(await installation.ShowEnvironmentAsync()).Objects, .. shown.Select(each => each.Objects)]);

        await installation.DoAsync("env", "delete", environment, "--force", "--yes");
        await installation.AssertNothingIsLeftAsync();
    }

    /// <summary>While the engine is away nothing is begun, and nothing is taken for gone.</summary>
    private static async Task AssertToldAsync(Installation installation)
    {
        var refused = await installation.CldAsync("env", "create", "another", installation.Write("environment.yaml", Samples.NoResources));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("Docker", refused.Error);
        Assert.Empty(await installation.ListOperationsAsync("environment/another"));
        var drift = await installation.ExpectAsync(1, "env", "drift", installation.Environment);
        Assert.Contains("unknown", drift.Output);
        Assert.DoesNotContain("missing", drift.Output);
    }
}

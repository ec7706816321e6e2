using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

/// <summary>The server ends in good order in the middle of an operation.</summary>
public sealed class InterruptionTests
{
    [Fact]
    public async Task A_creation_goes_on_after_sigterm_under_the_eyes_of_its_client()
    {
        await using var installation = new Installation();
        var server = await installation.StartServerAsync();
        using var creation = installation.Start(
            "env", "create", installation.Environment, installation.Write("environment.yaml", Samples.MySql), "--progress", "plain");
        await creation.UntilWrittenAsync("mysql/container (docker/container)");
        await server.SignalAsync("TERM");
        Assert.Equal(0, (await server.WaitAsync()).ExitCode);

        var ended = await creation.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        var environment = await installation.ShowEnvironmentAsync();
        Assert.Equal("available", environment.Status);
        await installation.AssertDockerHasAsync(networks: 1, volumes: 1, containers: 1, environment.Objects);
        await installation.DoAsync("env", "delete", installation.Environment, "--yes");
        await installation.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_build_goes_on_after_sigterm_when_somebody_comes_back()
    {
        await using var installation = new Installation();
        var server = await installation.StartServerAsync();
        installation.Write("app/Dockerfile", $"FROM debian:bookworm-slim\nRUN echo {installation.Word} begins && sleep 3 && echo it ends\n");
        using (var build = installation.Start("container", "create", installation.Container, "local", "--context", "app"))
        {
            await build.UntilWrittenAsync($"{installation.Word} begins\n");
            await build.SignalAsync("INT");
            Assert.Equal(130, (await build.WaitAsync()).ExitCode);
        }

        await server.SignalAsync("TERM");
        Assert.Equal(0, (await server.WaitAsync()).ExitCode);
        var operation = Assert.Single(await installation.ListOperationsAsync($"container/{installation.Container}"));
        await installation.ExpectAsync(0, "op", "watch", operation.Id);
        Assert.Single(await installation.FindInDockerAsync());
        await installation.DoAsync("container", "delete", installation.Container, "--yes");
        await installation.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_deletion_goes_on_after_sigterm()
    {
        await using var installation = new Installation();
        var server = await installation.StartServerAsync();
        await installation.DoAsync("env", "create", installation.Environment, installation.Write("environment.yaml", Samples.MySql));
        using var deletion = installation.Start("env", "delete", installation.Environment, "--yes", "--progress", "plain");
        await deletion.UntilWrittenAsync("mysql/container: deleting");
        await server.SignalAsync("TERM");
        Assert.Equal(0, (await server.WaitAsync()).ExitCode);
        var ended = await deletion.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        await installation.AssertNothingIsLeftAsync();
    }
}

using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

/// <summary>Operations that cannot succeed say why, and leave what was there before.</summary>
public sealed class FailureTests : IAsyncLifetime
{
    private readonly Installation installation = new();

    public async ValueTask InitializeAsync() =>
        await installation.DoAsync("env", "create", installation.Environment, installation.Write("environment.yaml", Samples.NoResources));

    public ValueTask DisposeAsync() => installation.DisposeAsync();

    [Fact]
    public async Task A_container_that_crashes_at_once()
    {
        var failed = await DeployAsync(7, Samples.Shell("echo listening soon; echo no such table >&2; exit 3"));
        Assert.Contains("exited with code 3", failed.Error);
        Assert.Contains("| listening soon", failed.Error);
        Assert.Contains("| no such table", failed.Error);
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task An_image_that_does_not_exist()
    {
        var failed = await DeployAsync(7, $"app: {{image: '{Samples.AbsentImage}', container_port: 80}}");
        Assert.Contains($"The image {Samples.AbsentImage} is not on this machine and cannot be pulled", failed.Error);
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_health_check_that_never_passes()
    {
        var failed = await DeployAsync(7, Samples.Shell("echo I am idle; exec sleep 600", "health: {path: /health, start_period: 2s}"));
        Assert.Contains("runs, but is not ready 2 s after its start", failed.Error);
        Assert.Contains("GET /health: nothing answers on port 8080", failed.Error);
        Assert.Contains("| I am idle", failed.Error);
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task An_application_that_listens_on_another_port_than_its_definition_says()
    {
        var elsewhere = Samples.Says("not here").Replace("LocalPort => 8080", "LocalPort => 8081").Replace("health: /", "health: {path: /, start_period: 2s}");
        var failed = await DeployAsync(7, elsewhere);
        Assert.Contains("runs, but is not ready 2 s after its start", failed.Error);
        Assert.Contains("GET /: nothing answers on port 8080", failed.Error);
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_build_that_fails()
    {
        installation.Write("app/Dockerfile", "FROM debian:bookworm-slim\nRUN echo compiling; echo missing semicolon >&2; exit 9\n");
        var failed = await installation.ExpectAsync(7, "container", "create", installation.Container, "local", "--context", "app");
        Assert.Contains("The build of Dockerfile failed", failed.Error);
        Assert.Contains("exit code: 9", failed.Error);
        Assert.Contains("missing semicolon", failed.Error);
        await installation.ExpectAsync(4, "container", "show", installation.Container);
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_wreck_is_kept_on_demand_until_it_is_deleted()
    {
        var failed = await DeployAsync(1, Samples.Shell("echo oh dear; exit 4"), "--no-rollback");
        Assert.Contains("exited with code 4", failed.Error);
        Assert.Contains("Kept as it is:", failed.Error);
        var shown = await installation.ShowApplicationAsync();
        Assert.Equal("create-failed", shown.Status);
        await installation.AssertDockerHasAsync(1, 0, 2, (await installation.ShowEnvironmentAsync()).Objects, shown.Objects);
        Assert.Contains("oh dear", (await installation.DoAsync("app", "logs", installation.Application)).Output);

        await installation.DoAsync("app", "delete", installation.Application, "--yes");
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_cancelled_deployment_is_undone()
    {
        using var deployment = await StartEndlessDeploymentAsync();
        var operation = Assert.Single(await installation.ListOperationsAsync($"application/{installation.Application}"));
        await installation.CldAsync("op", "cancel", operation.Id);
        var ended = await deployment.WaitAsync();
        Assert.True(ended.ExitCode == 8, ended.ToString());
        Assert.Contains("cancelled by", ended.Error);
        await installation.ExpectAsync(8, "op", "watch", operation.Id);
        Assert.Contains("has ended", (await installation.ExpectAsync(5, "op", "cancel", operation.Id)).Error);
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_operation_alone()
    {
        using var deployment = await StartEndlessDeploymentAsync();
        await deployment.SignalAsync("INT");
        var detached = await deployment.WaitAsync();
        Assert.True(detached.ExitCode == 130, detached.ToString());
        var operation = Assert.Single(await installation.ListOperationsAsync($"application/{installation.Application}"));
        Assert.Equal("running", operation.State);
        Assert.Contains($"op watch {operation.Id}", detached.Error);
        Assert.Contains($"op cancel {operation.Id}", detached.Error);
        await installation.AssertDockerHasAsync(
            1, 0, 2, (await installation.ShowEnvironmentAsync()).Objects, (await installation.ShowApplicationAsync()).Objects);

        await installation.CldAsync("op", "cancel", operation.Id);
        await installation.ExpectAsync(8, "op", "watch", operation.Id);
        await AssertNothingChangedAsync();
    }

    /// <summary>Returns when the container runs, and waits for its health.</summary>
    private async Task<RunningProcess> StartEndlessDeploymentAsync()
    {
        var file = installation.Write("shop.yaml", Samples.Shell("exec sleep 600", "health: {tcp: true, start_period: 10m}"));
        var deployment = installation.Start("app", "deploy", installation.Application, installation.Environment, file);
        await deployment.UntilWrittenAsync("nothing listens on port 8080");
        return deployment;
    }

    private Task<Result> DeployAsync(int exitCode, string definition, params string[] options) => installation.ExpectAsync(
        exitCode,
        ["app", "deploy", installation.Application, installation.Environment, installation.Write("shop.yaml", definition), .. options]);

    private async Task AssertNothingChangedAsync()
    {
        await installation.ExpectAsync(4, "app", "show", installation.Application);
        var environment = await installation.ShowEnvironmentAsync();
        Assert.Equal("available", environment.Status);
        await installation.AssertDockerHasAsync(networks: 1, volumes: 0, containers: 0, environment.Objects);
    }
}

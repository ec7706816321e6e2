using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

public sealed class JobTests
{
    [EngineFact]
    public async Task A_command_that_ends_with_0_is_ready_and_what_it_wrote_was_shown()
    {
        await using var engine = new Engine();
        var job = await JobAsync(engine, "echo $GREETING; sleep 0.5; echo two >&2");

        var seen = await engine.MakeAsync(job, Key);

        Assert.Equal((Condition.Ready, "succeeded"), (seen.Condition, seen.Word));
        Assert.Equal(["hello", "two"], engine.Log.Lines);
        await engine.MakeAsync(job, Key);
        Assert.Equal(["hello", "two"], engine.Log.Lines);
    }

    [EngineFact]
    public async Task A_command_that_fails_says_with_what_and_is_not_run_again()
    {
        await using var engine = new Engine();
        var job = await JobAsync(engine, "echo broken; exit 3");

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var seen = await engine.MakeAsync(job, Key);
            Assert.Equal((Condition.Failed, "exited with code 3", 3), (seen.Condition, seen.Word, seen.ExitCode));
            Assert.Equal(["broken"], seen.LastLog);
        }

        Assert.Equal(["broken"], engine.Log.Lines);
    }

    [EngineFact]
    public async Task A_command_that_cannot_be_started_fails_in_Dockers_words()
    {
        await using var engine = new Engine();
        var job = await JobAsync(engine, "");

        var seen = await engine.MakeAsync(job with { Container = job.Container with { Command = ["no-such-command"] } }, Key);

        Assert.Equal((Condition.Failed, 127), (seen.Condition, seen.ExitCode));
        Assert.Contains("no-such-command", seen.Word, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_command_that_outlives_the_server_is_followed_again_and_runs_once()
    {
        await using var engine = new Engine();
        var job = await JobAsync(engine, "echo started; sleep 2; echo ended");
        using var crash = new CancellationTokenSource();
        var handler = engine.Cloud.Handlers.Single(handler => handler.Kind == "docker/job");

        var first = handler.CreateAsync(job, engine.Call(Key), crash.Token);
        while (!engine.Log.Lines.Contains("started"))
        {
            await Task.Delay(20, Engine.Cancel);
        }

        await crash.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var seen = await engine.ReadAsync(job, Key);
        Assert.Equal((Condition.InProgress, true), (seen.Condition, seen.NeedsCreate));
        Assert.Equal(Condition.Ready, (await engine.MakeAsync(job, Key)).Condition);

        Assert.Equal(
            ["started", "It runs already. What it has written, from the beginning:", "started", "ended"], engine.Log.Lines);
    }

    [EngineFact]
    public async Task A_command_that_nobody_wants_any_more_is_left_and_deleted()
    {
        await using var engine = new Engine();
        var job = await JobAsync(engine, "echo started; sleep 600");
        using var abandoned = new CancellationTokenSource();
        var handler = engine.Cloud.Handlers.Single(handler => handler.Kind == "docker/job");

        var run = handler.CreateAsync(job, engine.Call(Key, abandoned.Token), Engine.Cancel);
        while (!engine.Log.Lines.Contains("started"))
        {
            await Task.Delay(20, Engine.Cancel);
        }

        await abandoned.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await engine.DeleteAsync(job, Key);
        Assert.Equal(Condition.Absent, (await engine.ReadAsync(job, Key)).Condition);
    }

    private const string Key = "run-k3f9/job";

    private static async Task<JobSpec> JobAsync(Engine engine, string script)
    {
        var network = await engine.MakeNetworkAsync();
        var plan = new Blueprint();
        engine.Cloud.Coes[0].PlanJob(new(Applications.Request(engine, network.Name), "k3f9", ["sh", "-c", script]), plan);
        var node = Assert.Single(plan.Nodes);
        Assert.Equal(Key, node.Key);
        return (JobSpec)((IObjectNode)node).Evaluate(new(_ => throw new InvalidOperationException()));
    }
}

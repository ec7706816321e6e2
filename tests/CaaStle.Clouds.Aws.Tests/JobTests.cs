using System.Collections.Concurrent;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Objects;
using CaaStle.Engine.Journal;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Commands that run once, before a revision or beside it.</summary>
public sealed class JobTests(Peer peer)
{
    private const int AtOnce = 6;
    private const string NoResources = "environment: { app_deployment: { target: aws, type: ecs } }";

    [PeerFact]
    public async Task A_command_runs_beside_an_application_and_leaves_nothing()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(ApplicationTests.Environment));
        await SucceedAsync(host, await host.DeployAsync(ApplicationTests.Application("shop:1")));
        var before = await account.ContentsAsync();

        var succeeded = await host.RunAsync("exit", "0");
        var failed = await host.RunAsync("exit", "3");

        await SucceedAsync(host, succeeded);
        Assert.Equal(["begins", "ends with 0"], await OutputAsync(host, succeeded));
        Assert.Equal(OperationState.RolledBack, failed.State);
        var failure = await FailureAsync(host, failed);
        Assert.Equal(("exited with code 3", 3), (failure.Message, failure.ExitCode));
        Assert.Equal(["begins", "ends with 3"], failure.LastLog);
        Assert.Equal(before, await account.ContentsAsync());
        Assert.Equal(2, (await account.StartedTasksAsync()).Count);
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task What_ran_before_a_revision_is_among_its_logs_and_runs_for_each_revision_once()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(NoResources));
        await SucceedAsync(host, await host.DeployAsync(Application("shop:1", "exit 0")));
        Assert.Equal(
            ["r1 shop:1 is listening", "r1/pre-deploy begins", "r1/pre-deploy ends with 0"], (await host.LogAsync(new())).Order());

        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Scale, replicas: 2));
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Redeploy, Application("shop:2", "exit 0")));

        Assert.Equal(2, (await account.StartedTasksAsync()).Count);
    }

    [PeerTheory]
    [InlineData("exit 1", "shop:2", "exited with code 1")]
    [InlineData("exit 0", "missing:2", "CannotPullContainerError: missing:2 not found")]
    [InlineData("vanish", "shop:2", "whether it ran is not known")]
    public async Task A_revision_whose_command_does_not_succeed_never_starts_and_the_one_before_it_stays(
        string command, string image, string reason)
    {
        var account = await peer.NewAccountAsync();
        // What ECS has forgotten is waited for half an hour.
        await using var host = await Host.StartAsync(account, haste: command == "vanish" ? 1000 : 20);
        await SucceedAsync(host, await host.CreateAsync(NoResources));
        await SucceedAsync(host, await host.DeployAsync(Application("shop:1", "exit 0")));
        var before = await account.ContentsAsync();

        var redeployed = await host.ChangeAsync(OperationAction.Redeploy, Application(image, command));

        Assert.Equal(OperationState.RolledBack, redeployed.State);
        var failure = await FailureAsync(host, redeployed);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(command == "exit 1" ? ["begins", "ends with 1"] : [], failure.LastLog);
        Assert.Equal(before, await account.ContentsAsync());
        Assert.DoesNotContain(await account.CallsAsync(), call => call.Operation == "UpdateService");
        Assert.Equal(2, (await account.StartedTasksAsync()).Count);
    }

    [PeerFact]
    public async Task A_command_that_does_not_end_is_cancelled()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(NoResources));
        await SucceedAsync(host, await host.DeployAsync(Application("shop:1", "exit 0")));
        var before = await account.ContentsAsync();
        var running = await host.Service.RunAsync(new("shop", ["sleep"], "tester"), TestContext.Current.CancellationToken);
        await host.UntilAsync(running, entry => entry is ObjectLogged { Lines: ["begins"] });

        await host.Service.CancelAsync(running.Id, false, "tester", TestContext.Current.CancellationToken);

        Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(running)).State);
        Assert.Equal(before, await account.ContentsAsync());
    }

    [PeerFact]
    public async Task A_command_whose_task_definition_somebody_deleted_is_stopped_all_the_same()
    {
        var cancel = TestContext.Current.CancellationToken;
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(NoResources));
        await SucceedAsync(host, await host.DeployAsync(Application("shop:1", "exit 0")));
        var running = await host.Service.RunAsync(new("shop", ["sleep"], "tester"), cancel);
        await host.UntilAsync(running, entry => entry is ObjectLogged { Lines: ["begins"] });
        var at = new AwsPlace(account.Number, Peer.Region, null);
        var family = (await account.StartedTasksAsync()).Single(name => name.Contains("run-", StringComparison.Ordinal));
        await new TaskFamily(await new AwsAccess(account.Variable).OfAsync(AwsService.Ecs, at, cancel), family).DeleteAsync(cancel);

        var spec = new JobSpec(
            at, new(at, family, 0, 0, "", "", "", "", null, []), (await host.OutputsAsync(""))["Cluster"], [], "");
        var handler = (JobHandler)host.Cloud.Handlers.Single(handler => handler.Kind == "ecs/job");
        var call = new ObjectCall(new("", "", "", "", ""), new Progress<string>(), cancel);
        Assert.Equal(Condition.Failed, (await handler.ReadAsync(spec, call, cancel)).Condition);

        await host.Service.CancelAsync(running.Id, false, "tester", cancel);

        Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(running)).State);
        Assert.Equal(Condition.Absent, (await handler.ReadAsync(spec, call, cancel)).Condition);
    }

    [PeerFact]
    public async Task Wherever_the_process_dies_the_command_runs_once()
    {
        int steps;
        await using (var host = await Host.StartAsync(await peer.NewAccountAsync()))
        {
            await SucceedAsync(host, await host.CreateAsync(NoResources));
            steps = await RunAsync(host, null);
        }

        // An environment for several of them, one after the other.
        var problems = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, AtOnce), async (worker, _) =>
        {
            await using var host = await Host.StartAsync(await peer.NewAccountAsync());
            await SucceedAsync(host, await host.CreateAsync(NoResources));
            for (var step = worker; step < steps; step += AtOnce)
            {
                try
                {
                    await RunAsync(host, step);
                }
                catch (Exception e)
                {
                    problems.Enqueue($"step {step}: {e.Message}");
                    return;
                }
            }
        });
        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }

    [PeerTheory]
    [InlineData("Lose")]
    [InlineData("Close")]
    [InlineData("Error")]
    public async Task Whichever_call_fails_the_command_runs_once(string kind)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(NoResources));
        await SucceedAsync(host, await host.DeployAsync(Application("shop:1", "exit 0")));
        string[] operations = ["RegisterTaskDefinition", "TagResource", "RunTask", "ListTasks", "DescribeTasks", "FilterLogEvents"];
        foreach (var operation in operations)
        {
            var before = (await account.StartedTasksAsync()).Count;
            await account.FailAsync(operation, Enum.Parse<FaultKind>(kind));
            var ended = await host.RunAsync("exit", "0");
            Assert.True(ended.State == OperationState.Succeeded, $"{operation}: {await host.StoryAsync(ended)}");
            Assert.Equal(before + 1, (await account.StartedTasksAsync()).Count);
        }
    }

    private static string Application(string image, string command) =>
        $"app: {{ image: '{image}', container_port: 8080, pre_deploy: '{command}' }}";

    /// <summary>A deployment with a command before it, and one more command; and all of it deleted.</summary>
    /// <returns>How many steps there were before the deletion.</returns>
    private static async Task<int> RunAsync(Host host, int? crashAt)
    {
        var contents = await host.Account.ContentsAsync();
        var tasks = (await host.Account.StartedTasksAsync()).Count;
        var first = host.Steps;
        host.CrashAt = first + crashAt;
        await SucceedAsync(host, await host.DeployAsync(Application("shop:1", "exit 0")));
        await SucceedAsync(host, await host.RunAsync("exit", "0"));
        Assert.Equal(tasks + 2, (await host.Account.StartedTasksAsync()).Count);
        var steps = host.Steps - first;
        await SucceedAsync(host, await host.DeleteApplicationAsync());
        Assert.Equal(contents, await host.Account.ContentsAsync());
        return steps;
    }

    private static async Task<IReadOnlyList<string>> OutputAsync(Host host, Operation operation) =>
        [.. (await host.JournalAsync(operation)).OfType<ObjectLogged>().SelectMany(entry => entry.Lines)];

    private static async Task<Failure> FailureAsync(Host host, Operation operation) =>
        (await host.JournalAsync(operation)).OfType<OperationFailing>().Single().Failure;

    private static async Task SucceedAsync(Host host, Operation operation) =>
        Assert.True(operation.State == OperationState.Succeeded, await host.StoryAsync(operation));
}

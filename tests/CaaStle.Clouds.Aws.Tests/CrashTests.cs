using System.Collections.Concurrent;
using CaaStle.Engine.Journal;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>The process dies before or after each entry of the journal, and the next one goes on.</summary>
public sealed class CrashTests(Peer peer)
{
    private const int AtOnce = 6;

    private const string Database =
        """
        environment:
          app_deployment: { target: aws, type: ecs }
          resources:
            aws:
              - type: rds
        """;

    private const string NoResources = "environment: { app_deployment: { target: aws, type: ecs } }";

    [PeerTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_the_process_dies_an_environment_ends_right_and_nothing_is_left(bool isRefused)
    {
        var steps = await RunAsync(null, isRefused);

        // Half of them each time.
        await ForEachAsync(
            Enumerable.Range(0, steps).Where(step => EveryFault.IsWanted || step % 4 is 0 or 3 == isRefused), step => RunAsync(step, isRefused));
    }

    [PeerTheory]
    [InlineData(NetworkTests.Own)]
    [InlineData(EksTests.Cluster)]
    public async Task Wherever_the_process_dies_an_environment_of_another_shape_ends_right_and_nothing_is_left(string yaml)
    {
        var steps = await RunAsync(null, isRefused: false, yaml);

        await ForEachAsync(
            Enumerable.Range(0, steps).Where(step => EveryFault.IsWanted || step % 4 is 0 or 3),
            step => RunAsync(step, isRefused: false, yaml));
    }

    [PeerTheory]
    [InlineData("shop:2")]
    [InlineData("missing:2")]
    public async Task Wherever_the_process_dies_an_application_ends_right_and_nothing_is_left(string image)
    {
        var steps = await DeployAsync(null, image);

        await ForEachAsync(
            Enumerable.Range(0, steps).Where(step => EveryFault.IsWanted || step % 3 == (image == "shop:2" ? 0 : 1)),
            step => DeployAsync(step, image));
    }

    [PeerFact]
    public async Task Wherever_the_process_dies_machines_end_right_and_nothing_is_left()
    {
        var steps = await RunMachinesAsync(null);

        await ForEachAsync(Enumerable.Range(0, steps).Where(step => step % 9 == 0), step => RunMachinesAsync(step));
    }

    [PeerFact]
    public async Task Wherever_the_process_dies_replicas_move_before_their_machines_go()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(MachineTests.Environment("cluster_size: 1"))).State);
        var deployed = await host.DeployAsync("app: { image: 'shop:1', container_port: 8080, replicas: 2 }");
        Assert.True(deployed.State == OperationState.Succeeded, await host.StoryAsync(deployed));
        await account.WatchReplicasAsync();
        var steps = await ReplaceAsync("t3.small");

        for (var step = 0; step < steps; step += 7)
        {
            host.CrashAt = host.Steps + step;
            await ReplaceAsync($"t3.{(step % 2 == 0 ? "medium" : "small")}");
        }

        Assert.Equal(2, await account.FewestReplicasAsync());

        async Task<int> ReplaceAsync(string type)
        {
            var first = host.Steps;
            var replaced = await MachineTests.ResizeAsync(host, $"cluster_size: 1, instance_type: {type}");
            Assert.True(replaced.State == OperationState.Succeeded, await host.StoryAsync(replaced));
            return host.Steps - first;
        }
    }

    /// <returns>How many steps there were.</returns>
    private async Task<int> RunMachinesAsync(int? crashAt)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        host.CrashAt = crashAt;
        var created = await host.CreateAsync(MachineTests.Environment("cluster_size: 1, ssh: true"));
        Assert.True(created.State == OperationState.Succeeded, await host.StoryAsync(created));
        var resized = await MachineTests.ResizeAsync(host, "cluster_size: 2, ssh: true");
        Assert.True(resized.State == OperationState.Succeeded, await host.StoryAsync(resized));
        var replaced = await MachineTests.ResizeAsync(host, "cluster_size: 1, instance_type: t4g.small, ssh: true");
        Assert.True(replaced.State == OperationState.Succeeded, await host.StoryAsync(replaced));
        var deleted = await host.DeleteAsync();
        Assert.True(deleted.State == OperationState.Succeeded, await host.StoryAsync(deleted));
        Assert.Empty(await account.ContentsAsync());
        return host.Steps;
    }

    /// <returns>How many steps there were.</returns>
    private async Task<int> DeployAsync(int? crashAt, string image)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(NoResources)).State);
        var before = await account.ContentsAsync();
        var first = host.Steps;
        host.CrashAt = first + crashAt;
        var deployed = await host.DeployAsync(Application("shop:1"));
        Assert.True(deployed.State == OperationState.Succeeded, await host.StoryAsync(deployed));
        var redeployed = await host.ChangeAsync(OperationAction.Redeploy, Application(image));
        Assert.True(
            redeployed.State == (image == "shop:2"
                ? OperationState.Succeeded
                : OperationState.RolledBack), await host.StoryAsync(redeployed));
        var deleted = await host.DeleteApplicationAsync();
        Assert.True(deleted.State == OperationState.Succeeded, await host.StoryAsync(deleted));
        Assert.Equal(before, await account.ContentsAsync());
        return host.Steps - first;
    }

    private static string Application(string image) =>
        $"app: {{ image: '{image}', container_port: 8080, pre_deploy: 'exit 0', volumes: ['data:/data'] }}";

    private static async Task ForEachAsync(IEnumerable<int> steps, Func<int, Task> run)
    {
        var problems = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(steps, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (step, _) =>
        {
            try
            {
                await run(step);
            }
            catch (Exception e)
            {
                problems.Enqueue($"step {step}: {e.Message}");
            }
        });
        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }

    /// <returns>How many steps there were.</returns>
    private async Task<int> RunAsync(int? crashAt, bool isRefused, string yaml = Database)
    {
        var account = await peer.NewAccountAsync();
        if (isRefused)
        {
            await account.FailAsync(
                "CreateDBInstance", FaultKind.Error, times: 1000, code: "InstanceQuotaExceeded", message: "No more databases");
        }

        await using var host = await Host.StartAsync(account);
        host.CrashAt = crashAt;
        var created = await host.CreateAsync(yaml);
        Assert.True(
            created.State == (isRefused ? OperationState.RolledBack : OperationState.Succeeded), await host.StoryAsync(created));
        if (!isRefused)
        {
            var deleted = await host.DeleteAsync();
            Assert.True(deleted.State == OperationState.Succeeded, await host.StoryAsync(deleted));
        }

        Assert.Empty(await account.ContentsAsync());
        return host.Steps;
    }
}

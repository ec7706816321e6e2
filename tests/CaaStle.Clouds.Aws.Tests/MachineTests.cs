using System.Runtime.Versioning;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Environments on machines of EC2.</summary>
public sealed class MachineTests(Peer peer)
{
    private const string Application = "app: { image: 'shop:1', container_port: 8080 }";

    [PeerFact]
    public async Task Machines_register_change_in_number_and_type_run_applications_and_go_without_a_trace()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        await using var host = await Host.StartAsync(account);

        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 2")));

        Assert.Equal("ec2", (await host.OutputsAsync(""))["Launch"]);
        Assert.Equal(2, await MachinesAsync(account));

        await SucceedAsync(host, await host.DeployAsync(Application));
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Scale, replicas: 4));
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Redeploy, "app: { image: 'shop:2', container_port: 8080, replicas: 4 }"));
        Assert.Equal(4, (await host.LogAsync(new())).Count(line => line == "r2 shop:2 is listening"));

        await UpdateAsync(host, "cluster_size: 3");
        Assert.Equal(3, await MachinesAsync(account));
        Assert.Single(await account.CallsAsync(), call => call.Operation == "CreateAutoScalingGroup");
        await UpdateAsync(host, "cluster_size: 1");
        Assert.Equal(1, await MachinesAsync(account));
        await UpdateAsync(host, "cluster_size: 1, instance_type: t4g.small");
        Assert.Equal(1, await MachinesAsync(account));
        Assert.Single(await account.ContentsAsync(), name => name.StartsWith("launch-template ", StringComparison.Ordinal));

        foreach (var (action, count) in new[] { (OperationAction.Pause, 0), (OperationAction.Resume, 1) })
        {
            await SucceedAsync(host, await host.EndOfAsync(await host.Service.SwitchEnvironmentAsync(new("orders", action, "tester"), Cancel)));
            Assert.Equal(count, await MachinesAsync(account));
        }

        await SucceedAsync(host, await host.DeleteApplicationAsync());
        await SucceedAsync(host, await host.DeleteAsync());
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
        Assert.Empty(await host.UnsaidAsync());
    }

    [PeerFact]
    public async Task Replicas_move_before_the_machines_that_they_run_on_go()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 3")));
        await SucceedAsync(host, await host.DeployAsync("app: { image: 'shop:1', container_port: 8080, replicas: 3 }"));
        await account.WatchReplicasAsync();

        await UpdateAsync(host, "cluster_size: 2, instance_type: t4g.small");
        Assert.Equal(3, await account.FewestReplicasAsync());
        Assert.Equal(2, await MachinesAsync(account));

        await UpdateAsync(host, "cluster_size: 1, instance_type: t4g.small");
        Assert.Equal(3, await account.FewestReplicasAsync());
        Assert.Equal(1, await MachinesAsync(account));
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerTheory]
    [InlineData("cluster_size: 1, instance_type: t4g.small")]
    [InlineData("cluster_size: 1")]
    public async Task Machines_stay_where_those_that_remain_have_no_room_for_their_replicas(string fewer)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 2")));
        await SucceedAsync(host, await host.DeployAsync("app: { image: 'shop:1', container_port: 8080, replicas: 4, memory: 3000 }"));
        var templates = await TemplatesAsync(account);
        await account.WatchReplicasAsync();

        var updated = await UpdateAsync(host, fewer, end: OperationState.RolledBack);

        Assert.Contains("was unable to place a task", updated.Failure!.Message, StringComparison.Ordinal);
        // One that was on its way out goes all the same, and another one comes for it.
        while (await MachinesAsync(account) != 2)
        {
            await Task.Delay(20, Cancel);
        }

        Assert.Equal(templates, await TemplatesAsync(account));
        Assert.Equal(4, await account.FewestReplicasAsync());
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Scale, replicas: 3));
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Scale, replicas: 4));
    }

    [PeerFact]
    public async Task Machines_that_do_not_reach_ECS_are_named()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await account.ChangeWorldAsync(new { mute = true });
        var creating = await host.Service.CreateEnvironmentAsync(
            new("orders", Environment("cluster_size: 1"), "environment.yaml", false, "tester"), Cancel);

        await host.UntilAsync(creating, entry => entry is ObjectProgressed { Key: "capacity", Word: var word }
            && word.StartsWith("0 of 1 machines have registered. i-", StringComparison.Ordinal)
            && word.Contains(": no agent is heard from there. It must reach ECS", StringComparison.Ordinal));

        await host.Service.CancelAsync(creating.Id, false, "tester", Cancel);
        Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(creating)).State);
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task What_EC2_has_none_of_for_now_is_waited_for_with_its_words()
    {
        const string Words = "We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (us-west-2a).";
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await account.ChangeWorldAsync(new { shortage = new { message = Words, times = 1000 } });
        var creating = await host.Service.CreateEnvironmentAsync(
            new("orders", Environment("cluster_size: 1"), "environment.yaml", false, "tester"), Cancel);

        await host.UntilAsync(creating, entry =>
            entry is ObjectProgressed { Word: "0 of 1 machines have registered. EC2 says: " + Words });

        await account.ChangeWorldAsync(new { shortage = new { message = Words, times = 0 } });
        await SucceedAsync(host, await host.EndOfAsync(creating));
    }

    [PeerFact]
    public async Task Machines_that_EC2_refuses_end_the_operation_in_its_words_and_nothing_is_left()
    {
        const string Words = "You have requested more vCPU capacity than your current vCPU limit of 1 allows.";
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await account.ChangeWorldAsync(new { shortage = new { message = Words, times = 1000 } });

        var created = await host.CreateAsync(Environment("cluster_size: 1"));

        Assert.Equal(OperationState.RolledBack, created.State);
        var failure = (await host.JournalAsync(created)).OfType<OperationFailing>().Single().Failure;
        Assert.Equal(("capacity", Words), (failure.Key, failure.Message));
        Assert.Empty(await account.ContentsAsync());

        // A role that is too new is no shortage; and what failed once does not count when the number changes later.
        await account.ChangeWorldAsync(new { shortage = new { message = "Invalid IAM Instance Profile name", times = 2 } });
        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 1"), "second"));
        await account.ChangeWorldAsync(new { shortage = new { message = Words, times = 1000 } });
        var larger = await UpdateAsync(host, "cluster_size: 2", "second", OperationState.RolledBack);
        Assert.Contains(Words, larger.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(1, await MachinesAsync(account));
        await account.ChangeWorldAsync(new { shortage = new { message = Words, times = 0 } });
        await UpdateAsync(host, "cluster_size: 2", "second");
        await SucceedAsync(host, await host.DeleteAsync("second"));
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task A_replica_that_no_machine_has_room_for_ends_the_deployment_in_the_words_of_ECS()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment("launch: ec2")));
        await SucceedAsync(host, await host.DeployAsync(Application));

        var larger = await host.ChangeAsync(OperationAction.Redeploy, "app: { image: 'shop:2', container_port: 8080, memory: 9000 }");

        Assert.Equal(OperationState.RolledBack, larger.State);
        Assert.Contains("was unable to place a task because no container instance met all of its requirements", larger.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("`cluster_size`", larger.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("r1 shop:1 is listening", await host.LogAsync(new()));
    }

    [PeerFact]
    public async Task Commands_and_volumes_are_on_machines_too()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 2")));
        var before = await account.ContentsAsync();

        await SucceedAsync(host, await host.DeployAsync(
            "app: { image: 'shop:1', container_port: 8080, pre_deploy: 'exit 0', volumes: ['pictures:/srv/pictures'] }"));
        await SucceedAsync(host, await host.RunAsync("exit", "0"));
        var failed = await host.RunAsync("exit", "3");

        Assert.Equal("exited with code 3", failed.Failure!.Message);
        Assert.Equal(
            ["r1 shop:1 is listening", "r1/pre-deploy begins", "r1/pre-deploy ends with 0"], (await host.LogAsync(new())).Order());
        Assert.Equal(3, (await account.StartedTasksAsync()).Count);
        await SucceedAsync(host, await host.DeleteApplicationAsync());
        Assert.Equal(before, await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task A_command_that_no_machine_has_room_for_ends_at_once_in_the_words_of_ECS()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 1")));
        var before = await account.ContentsAsync();

        var deployed = await host.DeployAsync("app: { image: 'shop:1', container_port: 8080, memory: 9000, pre_deploy: 'exit 0' }");

        Assert.Equal(OperationState.RolledBack, deployed.State);
        Assert.Contains("no machine has what it needs (RESOURCE:MEMORY)", deployed.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("`cluster_size`", deployed.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await account.ContentsAsync());
    }

    [PeerFact]
    public async Task A_command_whose_machine_ends_has_failed()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 1")));
        await SucceedAsync(host, await host.DeployAsync(Application));
        var running = await host.Service.RunAsync(new("shop", ["sleep"], "tester"), Cancel);
        await host.UntilAsync(running, entry => entry is ObjectLogged { Lines: ["begins"] });

        await account.ChangeWorldAsync(new { machines_end = true });

        var ended = await host.EndOfAsync(running);
        Assert.Equal(OperationState.RolledBack, ended.State);
        Assert.Matches(@"^Host EC2 .instance i-\w+. terminated\.$", ended.Failure!.Message);
    }

    [PeerFact]
    public async Task Connections_reach_replicas_on_machines()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 2")));
        var before = await account.ContentsAsync();

        await SucceedAsync(host, await host.DeployAsync("app: { image: 'shop:1', container_port: 8080, protocol: tcp, replicas: 2 }"));

        Assert.Matches("^tcp://shop-tcp-.*:8080$", (await host.OutputsAsync(SubjectKey.Application("shop")))["Url"]);
        Assert.DoesNotContain(
            (await account.ContentsAsync()).Except(before), name => name.StartsWith("security-group ", StringComparison.Ordinal));
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Redeploy, "app: { image: 'shop:2', container_port: 8080, replicas: 2 }"));
        await SucceedAsync(host, await host.DeleteApplicationAsync());
        Assert.Equal(before, await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerTheory]
    [InlineData("http")]
    [InlineData("tcp")]
    public async Task An_application_moves_from_Fargate_to_machines_when_it_is_redeployed(string protocol)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment("launch: fargate, cluster_size: 3")));
        Assert.Equal(0, await MachinesAsync(account));
        await SucceedAsync(host, await host.DeployAsync($"app: {{ image: 'shop:1', container_port: 8080, protocol: {protocol} }}"));

        await UpdateAsync(host, "cluster_size: 1");
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Redeploy));

        Assert.Contains("r2 shop:1 is listening", await host.LogAsync(new()));
        Assert.Equal(2, (await account.CallsAsync()).Count(call => call.Operation == "CreateService"));
        await SucceedAsync(host, await host.DeleteApplicationAsync());
        await SucceedAsync(host, await host.DeleteAsync());
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task What_machines_cannot_do_is_refused_and_those_that_are_lost_are_deleted_too()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Repository.Read("examples/aws/environment-machines.yaml")));

        var several = await Assert.ThrowsAsync<RefusedException>(() => host.DeployAsync(
            "app: { containers: [{ name: web, image: 'shop:1', container_port: 8080 }, { name: cache, image: 'cache:1' }] }"));
        var elsewhere = await Assert.ThrowsAsync<RefusedException>(() => host.DeployAsync(
            "app: { image: 'shop:1', container_port: 8080, health: { path: /, port: 9090 } }"));

        Assert.Contains("a replica is one container", several.Message, StringComparison.Ordinal);
        Assert.Contains("health can only be checked at container_port, 8080", elsewhere.Message, StringComparison.Ordinal);

        // Machines that ECS has lost sight of are in nobody's way.
        await account.ChangeWorldAsync(new { disconnected = true });
        await SucceedAsync(host, await host.DeleteAsync());
        Assert.Empty(await account.ContentsAsync());
        Assert.Equal(2, (await account.CallsAsync()).Count(call => call.Operation == "DeregisterContainerInstance"));
        Assert.Empty(await host.UnsaidAsync());
    }

    [PeerFact]
    [UnsupportedOSPlatform("windows")]
    public async Task SSH_has_a_key_that_only_the_user_can_read_and_lets_in_whom_it_is_told_to()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        await using var host = await Host.StartAsync(account);

        await SucceedAsync(host, await host.CreateAsync(Environment("cluster_size: 1, ssh: true, ssh_from: 203.0.113.7/32")));

        var file = (await host.OutputsAsync(""))["PrivateKeyFile"];
        Assert.Contains("PRIVATE KEY", await File.ReadAllTextAsync(file, Cancel), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Contains(await account.ContentsAsync(), name => name.StartsWith("key-pair orders-ssh-", StringComparison.Ordinal));

        await SucceedAsync(host, await host.DeleteAsync());
        Assert.False(File.Exists(file));
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
        Assert.Empty(await host.UnsaidAsync());
    }

    internal static string Environment(string options) => $$"""environment: { app_deployment: { target: aws, type: ecs, {{options}} } }""";

    internal static async Task<Operation> ResizeAsync(Host host, string options, string name = "orders") => await host.EndOfAsync(
        await host.Service.UpdateEnvironmentAsync(new(name, Environment(options), "", null, false, "tester"), Cancel));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<IReadOnlyList<string>> TemplatesAsync(Account account) =>
        [.. (await account.ContentsAsync()).Where(name => name.StartsWith("launch-template ", StringComparison.Ordinal))];

    private static async Task<int> MachinesAsync(Account account) =>
        (await account.ContentsAsync()).Count(name => name.StartsWith("instance ", StringComparison.Ordinal));

    private static async Task SucceedAsync(Host host, Operation operation) =>
        Assert.True(operation.State == OperationState.Succeeded, await host.StoryAsync(operation));

    private static async Task<Operation> UpdateAsync(
        Host host, string options, string name = "orders", OperationState end = OperationState.Succeeded)
    {
        var updated = await ResizeAsync(host, options, name);
        Assert.True(updated.State == end, await host.StoryAsync(updated));
        return updated;
    }
}

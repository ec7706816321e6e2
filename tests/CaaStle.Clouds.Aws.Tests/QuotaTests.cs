using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>What an account may not have is refused before anything is made.</summary>
public sealed class QuotaTests(Peer peer)
{
    private const string NoResources = "environment: { app_deployment: { target: aws, type: ecs } }";

    private static readonly string TwoDatabases = ApplicationTests.Environment + "\n      - { name: second, type: rds }\n";

    [PeerFact]
    public async Task An_environment_that_needs_more_than_the_account_may_have_is_refused_with_numbers()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { most_databases = 1, most_load_balancers = new { application = 0 } });
        await using var host = await Host.StartAsync(account);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.CreateAsync(TwoDatabases));

        Assert.Equal(RefusedException.NotAvailable, refused.Code);
        Assert.Contains("may have 1 databases of RDS in us-west-2 and has 0, and this needs 2 more", refused.Message, StringComparison.Ordinal);
        Assert.Contains("may have 0 load balancers in us-west-2 and has 0, and this needs 1 more", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--quota-code L-7B6409FD --desired-value 2", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.False(call.Changes));
    }

    [PeerFact]
    public async Task An_update_counts_what_it_would_add()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { most_databases = 1, most_load_balancers = new { application = 1 } });
        await using var host = await Host.StartAsync(account);
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(ApplicationTests.Environment)).State);

        await Assert.ThrowsAsync<RefusedException>(() => UpdateAsync(host, TwoDatabases));
        await account.ChangeWorldAsync(new { most_databases = 2 });
        var updated = await host.EndOfAsync(await UpdateAsync(host, TwoDatabases));

        Assert.True(updated.State == OperationState.Succeeded, await host.StoryAsync(updated));
    }

    [PeerTheory]
    [InlineData("agreed_quotas")]
    [InlineData("standard_quotas")]
    public async Task A_VPC_of_its_own_is_counted_where_it_is_asked_for(string quotas)
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new Dictionary<string, object> { [quotas] = new Dictionary<string, double> { ["L-F678F1CE"] = 1 } });
        await using var host = await Host.StartAsync(account);

        await RefusedAsync(
            host, NetworkTests.Own, "may have 1 VPCs in us-west-2 and has 1, and this needs 1 more.", "--service-code vpc --quota-code L-F678F1CE");
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(NoResources)).State);
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task A_VPC_of_its_own_is_counted_where_there_is_no_default_one()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { no_default_vpc = Peer.Region });
        await AgreeAsync(account, "L-F678F1CE", 0);
        await using var host = await Host.StartAsync(account);

        await RefusedAsync(host, NoResources, "may have 0 VPCs in us-west-2 and has 0, and this needs 1 more.");
    }

    [PeerFact]
    public async Task Machines_are_counted_by_their_processors_and_so_are_those_that_others_have()
    {
        var account = await peer.NewAccountAsync();
        await AgreeAsync(account, "L-1216C47A", 5);
        await using var host = await Host.StartAsync(account);

        await RefusedAsync(
            host, WithMachines(3), "may have 5 processors (vCPUs) of standard machines in us-west-2 and has 0, and this needs 6 more.");
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(WithMachines(1))).State);
        await RefusedAsync(host, WithMachines(2), "has 2, and this needs 4 more.", "--desired-value 6", name: "second");
        var larger = await Assert.ThrowsAsync<RefusedException>(() => UpdateAsync(host, WithMachines(3)));
        Assert.Contains("has 2, and this needs 4 more.", larger.Message, StringComparison.Ordinal);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(await UpdateAsync(host, WithMachines(2)))).State);
        await AgreeAsync(account, "L-1216C47A", 1);
        var noMore = WithMachines(2) + "\n  resources: { aws: [{ type: s3 }] }";
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(await UpdateAsync(host, noMore))).State);
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task Clusters_of_EKS_are_counted_and_their_nodes_too()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(
            new { agreed_quotas = new Dictionary<string, double> { ["L-1194D53C"] = 0, ["L-1216C47A"] = 3 } });
        await using var host = await Host.StartAsync(account);

        await RefusedAsync(
            host, EksTests.Cluster, "may have 0 clusters of EKS in us-west-2 and has 0, and this needs 1 more.", "and has 0, and this needs 4 more.");
    }

    [PeerTheory]
    [InlineData("type: eks, instance_type: g3.4xlarge")]
    [InlineData("type: ecs, instance_type: g3.4xlarge")]
    public async Task A_type_of_machines_that_there_is_not_is_refused(string options)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);

        await RefusedAsync(
            host,
            $"environment: {{ app_deployment: {{ target: aws, {options} }} }}",
            "There are no machines of the type g3.4xlarge in us-west-2: choose another instance_type.");
    }

    [PeerFact]
    public async Task Replicas_on_Fargate_are_counted_by_their_processors()
    {
        var account = await peer.NewAccountAsync();
        await AgreeAsync(account, "L-3032A538", 0.5);
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync(NoResources);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.DeployAsync(Replicas(3)));

        Assert.Contains(
            "may have 0.5 processors (vCPUs) of Fargate in us-west-2, and this needs 0.75. ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--quota-code L-3032A538 --desired-value 1 ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(OperationState.Succeeded, (await host.DeployAsync(Replicas(2))).State);

        static string Replicas(int count) => $"app: {{ image: 'shop:1', container_port: 8080, replicas: {count} }}";
    }

    [PeerFact]
    public async Task The_load_balancer_of_an_application_is_counted_until_it_is_there()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { most_load_balancers = new { network = 0 } });
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync(NoResources);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.DeployAsync(ForConnections(1)));
        await account.ChangeWorldAsync(new { most_load_balancers = new { network = 1 } });
        var deployed = await host.DeployAsync(ForConnections(1));
        var changed = await host.ChangeAsync(OperationAction.Redeploy, ForConnections(2));

        Assert.Contains("may have 0 network load balancers in us-west-2 and has 0", refused.Message, StringComparison.Ordinal);
        Assert.Equal((OperationState.Succeeded, OperationState.Succeeded), (deployed.State, changed.State));

        static string ForConnections(int image) => $"app: {{ image: 'shop:{image}', container_port: 5432, protocol: tcp }}";
    }

    [PeerFact]
    public async Task Where_AWS_does_not_tell_nothing_stands_in_the_way()
    {
        var account = await peer.NewAccountAsync();
        await account.FailAsync(
            "DescribeAccountLimits", FaultKind.Error, code: "AccessDenied", message: "You are not authorized", status: 403, times: 10);
        await using var host = await Host.StartAsync(account);

        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(NoResources)).State);
        Assert.Contains(await account.CallsAsync(), call => call.Fault is not null);
    }

    private static Task AgreeAsync(Account account, string code, double value) =>
        account.ChangeWorldAsync(new { agreed_quotas = new Dictionary<string, double> { [code] = value } });

    private static string WithMachines(int size) => $"environment:\n  app_deployment: {{ target: aws, type: ecs, cluster_size: {size} }}";

    private static async Task RefusedAsync(Host host, string yaml, string message, string andThat = "", string name = "orders")
    {
        var before = await host.Account.ContentsAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.CreateAsync(yaml, name));
        Assert.Equal(RefusedException.NotAvailable, refused.Code);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains(andThat, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await host.Account.ContentsAsync());
    }

    private static Task<Operation> UpdateAsync(Host host, string yaml) => host.Service.UpdateEnvironmentAsync(
        new("orders", yaml, "", null, false, "tester"), TestContext.Current.CancellationToken);
}

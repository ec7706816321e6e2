using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Environments on EKS.</summary>
public sealed class EksTests(Peer peer)
{
    internal const string Cluster = "environment: { app_deployment: { target: aws, type: eks } }";

    private const string WithDatabase =
        """
        environment:
          app_deployment: { target: aws, type: eks, cluster_size: 3 }
          resources:
            aws:
              - type: rds
        """;

    [PeerFact]
    public async Task An_environment_with_a_database_is_created_paused_and_deleted_without_a_trace()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = Repository.Read("docs/aws/policy.json") });
        await using var host = await Host.StartAsync(account);

        await EndAsync(host, await host.CreateAsync(WithDatabase));

        var outputs = await host.OutputsAsync("");
        Assert.StartsWith("https://", outputs["Endpoint"], StringComparison.Ordinal);
        Assert.NotEmpty(outputs["CertificateAuthority"]);
        var contents = await account.ContentsAsync();
        Assert.Contains($"eks-cluster {outputs["Cluster"]}", contents);
        Assert.Contains($"eks-nodegroup {outputs["NodeGroup"]}", contents);
        Assert.DoesNotContain(contents, each => each.StartsWith("load-balancer", StringComparison.Ordinal));
        Assert.NotEmpty((await host.OutputsAsync("rds"))["Address"]);
        foreach (var action in new[] { OperationAction.Pause, OperationAction.Resume })
        {
            await EndAsync(host, await host.EndOfAsync(await host.Service.SwitchEnvironmentAsync(new("orders", action, "tester"), Cancel)));
        }

        await EndAsync(host, await host.DeleteAsync());
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
        Assert.Empty(await host.UnsaidAsync());
    }

    [PeerFact]
    public async Task Nodes_change_their_number_in_place_and_their_type_by_others()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await EndAsync(host, await host.CreateAsync(Cluster));
        await account.ForgetCallsAsync();

        await EndAsync(host, await UpdateAsync(host, "cluster_size: 4"));
        Assert.Equal(["UpdateNodegroupConfig"], await ChangesAsync(account));
        await EndAsync(host, await UpdateAsync(host, "cluster_size: 4, instance_type: t4g.large"));
        Assert.Equal(["UpdateNodegroupConfig", "CreateNodegroup", "DeleteNodegroup"], await ChangesAsync(account));

        Assert.Contains("t4g-large", (await host.OutputsAsync(""))["NodeGroup"], StringComparison.Ordinal);
        await EndAsync(host, await host.DeleteAsync());
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task Nodes_that_fail_are_told_in_the_words_of_EKS_and_all_is_undone()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { nodes_fail = "Instances failed to join the kubernetes cluster" });
        await using var host = await Host.StartAsync(account);

        var created = await host.CreateAsync(Cluster);

        Assert.Equal(OperationState.RolledBack, created.State);
        Assert.Contains(
            "Instances failed to join the kubernetes cluster (NodeCreationFailure)",
            (await host.JournalAsync(created)).OfType<OperationFailing>().Single().Failure.Message,
            StringComparison.Ordinal);
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task An_application_is_refused_with_what_to_do_instead()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await EndAsync(host, await host.CreateAsync(Cluster));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.DeployAsync("app: { image: 'shop:1', container_port: 8080 }"));

        Assert.Contains(
            $"aws eks update-kubeconfig --name {(await host.OutputsAsync(""))["Cluster"]}", refused.Message, StringComparison.Ordinal);
    }

    [PeerFact]
    public async Task Without_a_type_both_are_offered()
    {
        await using var host = await Host.StartAsync(await peer.NewAccountAsync());

        var refused = await Assert.ThrowsAsync<InvalidDefinitionException>(
            () => host.CreateAsync("environment: { app_deployment: { target: aws } }"));

        Assert.Contains("ecs", refused.Message, StringComparison.Ordinal);
        Assert.Contains("eks", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> ChangesAsync(Account account) =>
        (await account.CallsAsync()).Where(call => call is { Service: "eks", Changes: true }).Select(call => call.Operation);

    private static async Task<Operation> UpdateAsync(Host host, string options) => await host.EndOfAsync(
        await host.Service.UpdateEnvironmentAsync(
            new("orders", Cluster.Replace("eks", $"eks, {options}", StringComparison.Ordinal), "", null, false, "tester"), Cancel));

    private static async Task EndAsync(Host host, Operation operation) =>
        Assert.True(operation.State == OperationState.Succeeded, await host.StoryAsync(operation));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}

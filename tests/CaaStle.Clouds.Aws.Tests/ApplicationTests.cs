using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Clouds.Aws.Tests;

public sealed class ApplicationTests(Peer peer)
{
    internal const string Environment =
        """
        environment:
          app_deployment: { target: aws, type: ecs }
          resources:
            aws:
              - type: rds
        """;

    [PeerFact]
    public async Task An_application_is_deployed_scaled_redeployed_and_deleted_without_a_trace()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment));

        await SucceedAsync(host, await host.DeployAsync(Application("shop:1")));

        var outputs = await host.OutputsAsync(SubjectKey.Application("shop"));
        var environment = await host.OutputsAsync("");
        Assert.Equal($"http://{environment["LoadBalancer"]}", outputs["Url"]);
        Assert.Equal(["r1 shop:1 is listening"], await host.LogAsync(new()));

        await SucceedAsync(host, await host.DeployAsync(Application("other:1"), "other"));
        Assert.Equal($"http://{environment["LoadBalancer"]}:8080", (await host.OutputsAsync(SubjectKey.Application("other")))["Url"]);

        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Scale, replicas: 3));
        Assert.Equal("3", (await host.OutputsAsync(SubjectKey.Application("shop")))["Replicas"]);

        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Redeploy, Application("shop:2", "replicas: 3")));
        Assert.Equal(3, (await host.LogAsync(new())).Count(line => line == "r2 shop:2 is listening"));
        Assert.Equal(2, (await host.LogAsync(new(Tail: 2))).Count);

        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Stop));
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Start));

        await SucceedAsync(host, await host.DeleteApplicationAsync());
        await SucceedAsync(host, await host.DeleteApplicationAsync("other"));
        await SucceedAsync(host, await host.DeleteAsync());
        Assert.Empty(await account.ContentsAsync());
        var calls = await account.CallsAsync();
        Assert.All(calls, call => Assert.Empty(call.Wrong));
    }

    [PeerTheory]
    [InlineData("missing:1", "CannotPullContainerError: missing:1 not found", false)]
    [InlineData("exits:1", "app exited with code 1, and again after a restart", true)]
    [InlineData("unwell:1", "Task failed ELB health checks", true)]
    public async Task A_deployment_that_cannot_succeed_says_why_and_the_revision_before_it_stays(string image, string reason, bool hasLog)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment));
        await SucceedAsync(host, await host.DeployAsync(Application("shop:1")));
        var contents = await account.ContentsAsync();

        var redeployed = await host.ChangeAsync(OperationAction.Redeploy, Application(image));

        Assert.Equal(OperationState.RolledBack, redeployed.State);
        var failure = (await host.JournalAsync(redeployed)).OfType<OperationFailing>().Single().Failure;
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(hasLog, failure.LastLog.Count > 0);
        Assert.Equal(contents, await account.ContentsAsync());

        await SucceedAsync(host, await host.DeleteApplicationAsync());
        var first = await host.DeployAsync(Application(image), "first");
        Assert.Equal(OperationState.RolledBack, first.State);
        await SucceedAsync(host, await host.DeleteAsync());
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task Connections_reach_an_application_by_a_load_balancer_of_its_own()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment));
        var before = await account.ContentsAsync();

        await SucceedAsync(host, await host.DeployAsync(Application("shop:1", "protocol: tcp")));

        var outputs = await host.OutputsAsync(SubjectKey.Application("shop"));
        Assert.Matches("^tcp://shop-tcp-.*:8080$", outputs["Url"]);
        Assert.DoesNotContain((await host.OutputsAsync(""))["LoadBalancer"], outputs["Url"], StringComparison.Ordinal);

        await SucceedAsync(host, await host.ChangeAsync(
            OperationAction.Redeploy, Application("shop:2", "protocol: tcp\n  health: { path: /health, port: 8081 }\n  host_port: 90")));
        Assert.EndsWith(":90", (await host.OutputsAsync(SubjectKey.Application("shop")))["Url"], StringComparison.Ordinal);

        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Redeploy, Application("shop:3")));
        Assert.StartsWith("http://", (await host.OutputsAsync(SubjectKey.Application("shop")))["Url"], StringComparison.Ordinal);
        Assert.DoesNotContain(await account.ContentsAsync(), each => each.StartsWith("load-balancer shop", StringComparison.Ordinal));

        await SucceedAsync(host, await host.DeleteApplicationAsync());
        Assert.Equal(before, await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task A_port_that_another_application_has_is_refused()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(Environment));
        await SucceedAsync(host, await host.DeployAsync(Application("shop:1", "host_port: 8443")));

        var taken = await Assert.ThrowsAsync<RefusedException>(() => host.DeployAsync(Application("other:1", "host_port: 8443"), "other"));

        Assert.Contains("Port 8443", taken.Message, StringComparison.Ordinal);
    }

    internal static string Application(string image, string more = "memory: 250") =>
        $$"""
        app:
          image: {{image}}
          container_port: 8080
          {{more}}
          env:
            DATABASE_HOST: $CAASTLE_RDS_Address
            DATABASE_PASSWORD: $CAASTLE_RDS_MasterUserPassword
        """;

    private static async Task SucceedAsync(Host host, Operation operation) =>
        Assert.True(operation.State == OperationState.Succeeded, await host.StoryAsync(operation));
}

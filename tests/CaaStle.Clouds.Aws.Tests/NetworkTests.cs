using CaaStle.Engine.Journal;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Environments in a VPC of their own.</summary>
public sealed class NetworkTests(Peer peer)
{
    internal const string Own = "environment: { app_deployment: { target: aws, type: ecs, vpc: new } }";
    private const string Unsaid = "environment: { app_deployment: { target: aws, type: ecs } }";

    private const string WithDatabase =
        """
        environment:
          app_deployment: { target: aws, type: ecs, vpc: new }
          resources:
            aws:
              - type: rds
        """;

    [PeerFact]
    public async Task An_environment_has_a_VPC_of_its_own_in_which_all_of_it_is()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);

        var created = await host.CreateAsync(WithDatabase);
        Assert.True(created.State == OperationState.Succeeded, await host.StoryAsync(created));
        var outputs = await host.OutputsAsync("");
        var contents = await account.ContentsAsync();
        Assert.Equal(OperationState.Succeeded, (await host.DeployAsync(ApplicationTests.Application("shop:1"))).State);

        Assert.Contains($"vpc {outputs["Vpc"]}", contents);
        Assert.Equal(
            outputs["Subnets"].Split(',').Select(subnet => $"subnet {subnet}"),
            contents.Where(each => each.StartsWith("subnet ", StringComparison.Ordinal)));
        Assert.Equal(outputs["Vpc"], (await host.OutputsAsync("rds"))["vpc_id"]);
        Assert.Equal(OperationState.Succeeded, (await host.DeleteApplicationAsync()).State);
        Assert.Equal(contents, await account.ContentsAsync());
        var deleted = await host.DeleteAsync();
        Assert.True(deleted.State == OperationState.Succeeded, await host.StoryAsync(deleted));
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task Where_a_region_has_no_default_VPC_one_is_made()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { no_default_vpc = Peer.Region });
        await using var host = await Host.StartAsync(account);

        var created = await host.CreateAsync(Unsaid);

        Assert.True(created.State == OperationState.Succeeded, await host.StoryAsync(created));
        Assert.Contains($"vpc {(await host.OutputsAsync(""))["Vpc"]}", await account.ContentsAsync());
        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync()).State);
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_VPC_that_is_seen_late_after_a_lost_answer_stays_the_only_one_and_goes(bool isCancelled)
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { next_vpc_late_by = 0.3 });
        await account.FailAsync("CreateVpc", FaultKind.Lose);
        await using var host = await Host.StartAsync(account);
        var creating = await host.Service.CreateEnvironmentAsync(new("orders", Own, "", false, "tester"), Cancel);
        if (isCancelled)
        {
            await UntilAsync(account, "CreateVpc", 1);
            await host.Service.CancelAsync(creating.Id, false, "tester", Cancel);
        }

        var created = await host.EndOfAsync(creating);

        Assert.True(created.State == (isCancelled ? OperationState.RolledBack : OperationState.Succeeded), await host.StoryAsync(created));
        Assert.Single(await account.CallsAsync(), call => call.Operation == "CreateVpc");
        if (!isCancelled)
        {
            Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync()).State);
        }

        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task Two_VPCs_that_were_made_for_one_become_one()
    {
        var account = await peer.NewAccountAsync();
        // Longer than it is waited for.
        await account.ChangeWorldAsync(new { next_vpc_late_by = 1000 });
        await account.FailAsync("CreateVpc", FaultKind.Lose);
        await account.FailAsync("CreateInternetGateway", FaultKind.Error, code: "ServiceUnavailable", status: 503, times: 1000);
        await using var host = await Host.StartAsync(account);

        var creating = await host.Service.CreateEnvironmentAsync(new("orders", Own, "", false, "tester"), Cancel);
        await UntilAsync(account, "CreateVpc", 2);
        await account.ChangeWorldAsync(new { vpcs_are_seen = Peer.Region });
        await account.HealAsync();
        var created = await host.EndOfAsync(creating);

        Assert.True(created.State == OperationState.Succeeded, await host.StoryAsync(created));
        Assert.Equal(2, (await account.CallsAsync()).Count(call => call.Operation == "CreateVpc"));
        Assert.Equal(
            [$"vpc {(await host.OutputsAsync(""))["Vpc"]}"],
            (await account.ContentsAsync()).Where(each => each.StartsWith("vpc ", StringComparison.Ordinal)));
        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync()).State);
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task What_is_left_of_a_network_that_is_in_no_record_is_found_and_deleted()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync(Unsaid);
        var before = await account.ContentsAsync();
        var spec = new Objects.OwnNetworkSpec(new(account.Number, Peer.Region, null), "lost-network");
        var marks = new Abstractions.Marks(host.Store.InstallationId, "environment/lost", "lost01", "op-lost", "place");
        await host.Cloud.Handlers.Single(handler => handler.Kind == "ec2/network")
            .CreateAsync(spec, new(marks, new Progress<string>(), CancellationToken.None), CancellationToken.None);

        var found = await host.Orphans.FindAsync(Cancel);

        Assert.Equal("lost-network", Assert.Single(found.Orphans).Found.Name);
        Assert.All(await host.Orphans.RemoveAsync(found.Orphans, Cancel), removal => Assert.Null(removal.Failure));
        Assert.Equal(before, await account.ContentsAsync());
    }

    private static async Task UntilAsync(Account account, string operation, int times)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while ((await account.CallsAsync()).Count(call => call.Operation == operation) < times)
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}

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
        await account.ChangeWorldAsync(new { most_databases = 1, most_load_balancers = 0 });
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
        await account.ChangeWorldAsync(new { most_databases = 1, most_load_balancers = 1 });
        await using var host = await Host.StartAsync(account);
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(ApplicationTests.Environment)).State);

        await Assert.ThrowsAsync<RefusedException>(() => UpdateAsync(host, TwoDatabases));
        await account.ChangeWorldAsync(new { most_databases = 2 });
        var updated = await host.EndOfAsync(await UpdateAsync(host, TwoDatabases));

        Assert.True(updated.State == OperationState.Succeeded, await host.StoryAsync(updated));
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

    private static Task<Operation> UpdateAsync(Host host, string yaml) => host.Service.UpdateEnvironmentAsync(
        new("orders", yaml, "", null, false, "tester"), TestContext.Current.CancellationToken);
}

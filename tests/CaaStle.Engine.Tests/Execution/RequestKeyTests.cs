using CaaStle.Engine.Journal;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

public sealed class RequestKeyTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void Every_operation_is_found_by_the_key_of_its_request_and_a_forced_deletion_by_its_last() => host.Run(async () =>
    {
        var environment = await host.Service.CreateEnvironmentAsync(
            new("orders", Samples.TwoDatabases, "environment.yaml", false, "tester") { RequestKey = "key-1" }, default);
        await host.EndOfAsync(environment.Id);
        var container = await host.Service.CreateContainerAsync(
            new("shop", "simulated", "/contexts/shop.tar", "Dockerfile", false, "tester") { RequestKey = "key-2" }, default);
        await host.EndOfAsync(container.Id);
        var application = await host.Service.DeployApplicationAsync(
            new("shop", "orders", Samples.Application, "app.yaml", false, "tester") { RequestKey = "key-3" }, default);
        await host.EndOfAsync(application.Id);
        var deletion = await host.Service.DeleteAsync(new(Samples.Environment, true, false, "tester") { RequestKey = "key-4" }, default);
        await host.EndOfAsync(deletion.Id);

        Assert.Equal(environment.Id, await IdOfAsync("key-1"));
        Assert.Equal(container.Id, await IdOfAsync("key-2"));
        Assert.Equal(application.Id, await IdOfAsync("key-3"));
        Assert.Equal(deletion.Id, await IdOfAsync("key-4"));
        Assert.Equal(Samples.Environment, deletion.Subject);
        var undeployment = Assert.Single(await host.Store.ListOperationsAsync(new(SubjectKey.Application("shop"), Limit: 1), default));
        Assert.Equal((OperationKind.Delete, "key-4"), (undeployment.Kind, undeployment.RequestKey));

        async Task<string?> IdOfAsync(string key) => (await host.Store.FindRequestedAsync(key, default))?.Id;
    });
}

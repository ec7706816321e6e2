using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>What users do with environments that exist.</summary>
public sealed class EnvironmentTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void Applications_are_outdated_when_what_they_are_bound_to_has_changed() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await DeployAsync("reader", "app: {image: reader, container_port: 80, env: {PORT: $CAASTLE_DATABASE_ORDERS_Port}}");
        await DeployAsync("plain", "app: {image: nginx, container_port: 80}");

        await UpdateAsync(Samples.TwoDatabases.Replace("ready_after: 300", "ready_after: 300, size: 2", StringComparison.Ordinal));
        Assert.Empty(await OutdatedAsync());
        await UpdateAsync(Samples.TwoDatabases.Replace("ready_after: 300", "ready_after: 300, port: 6000", StringComparison.Ordinal));
        Assert.Equal(["reader"], await OutdatedAsync());
        await UpdateAsync(Samples.TwoDatabases);
        Assert.Empty(await OutdatedAsync());
        await UpdateAsync(Samples.TwoDatabases.Replace("ready_after: 300", "ready_after: 300, port: 7000", StringComparison.Ordinal));
        var redeployed = await host.Service.ChangeApplicationAsync(new("reader", OperationAction.Redeploy, false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(redeployed.Id)).State);

        Assert.Empty(await OutdatedAsync());
    });

    [Fact]
    public void Resuming_takes_up_values_and_a_stopped_application_has_none_that_are_outdated() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await DeployAsync("reader", "app: {image: reader, container_port: 80, env: {PORT: $CAASTLE_DATABASE_ORDERS_Port}}");
        await host.Service.ChangeApplicationAsync(new("reader", OperationAction.Stop, false, "tester"), default);
        await Samples.AllSucceedAsync(host);
        await UpdateAsync(Samples.TwoDatabases.Replace("ready_after: 300", "ready_after: 300, port: 6000", StringComparison.Ordinal));
        Assert.Empty(await OutdatedAsync());
        await host.Service.ChangeApplicationAsync(new("reader", OperationAction.Start, false, "tester"), default);
        await Samples.AllSucceedAsync(host);

        foreach (var action in (string[])[OperationAction.Pause, OperationAction.Resume])
        {
            await host.Service.SwitchEnvironmentAsync(new("orders", action, "tester"), default);
            await Samples.AllSucceedAsync(host);
        }

        Assert.Empty(await OutdatedAsync());
    });

    [Fact]
    public void A_pause_that_one_application_did_not_follow_can_be_taken_back() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await DeployAsync("blog", "app: {image: blog, container_port: 80}");
        host.Faults.Refuse(WorldCallKind.Change, "blog-route", "not now");
        var pausing = await host.Service.SwitchEnvironmentAsync(new("orders", OperationAction.Pause, "tester"), default);
        Assert.Equal("predecessor-failed", (await host.EndOfAsync(pausing.Id)).Failure?.Code);
        Assert.Equal(SubjectStatus.Stopped, await StatusAsync(SubjectKey.Application("shop")));
        Assert.Equal(SubjectStatus.Available, await StatusAsync(SubjectKey.Application("blog")));
        Assert.Equal(SubjectStatus.Available, await StatusAsync(Samples.Environment));

        await host.Service.SwitchEnvironmentAsync(new("orders", OperationAction.Resume, "tester"), default);
        await Samples.AllSucceedAsync(host);

        Assert.Equal(SubjectStatus.Available, await StatusAsync(SubjectKey.Application("shop")));
        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => host.Service.SwitchEnvironmentAsync(new("orders", OperationAction.Resume, "tester"), default));
        Assert.Contains("runs already", refused.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void What_needs_an_environment_that_is_paused_is_told_to_resume_it() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await host.Service.SwitchEnvironmentAsync(new("orders", OperationAction.Pause, "tester"), default);
        await Samples.AllSucceedAsync(host);

        var refusals = new[]
        {
            await Assert.ThrowsAsync<RefusedException>(() => DeployAsync("blog", "app: {image: blog, container_port: 80}")),
            await Assert.ThrowsAsync<RefusedException>(() => UpdateAsync(Samples.OneDatabase)),
            await Assert.ThrowsAsync<RefusedException>(
                () => host.Service.ChangeApplicationAsync(new("shop", OperationAction.Redeploy, false, "tester"), default)),
        };

        Assert.All(refusals, refused => Assert.Equal(
            (RefusedException.NotAvailable, "environment/orders is paused.", "cld env resume orders"), (refused.Code, refused.Message, refused.Next.Single())));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100_000)]
    public void A_time_to_live_is_a_time(double hours) => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var time = TimeSpan.FromHours(hours);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.Service.SetTimeToLiveAsync("orders", time, default));
        Assert.Equal(RefusedException.InvalidRequest, refused.Code);
        refused = await Assert.ThrowsAsync<RefusedException>(() => host.Service.CreateEnvironmentAsync(
            new("other", Samples.OneDatabase, "", false, "tester") { TimeToLive = time }, default));
        Assert.Equal(RefusedException.InvalidRequest, refused.Code);
    });

    [Fact]
    public void A_time_to_live_can_be_changed_and_taken_away_until_the_deletion_has_begun() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);

        Assert.Equal(host.Time.GetUtcNow().AddHours(4), await host.Service.SetTimeToLiveAsync("orders", TimeSpan.FromHours(4), default));
        Assert.Equal(host.Time.GetUtcNow().AddHours(4), (await host.Store.FindSubjectAsync(Samples.Environment, default))!.ExpiresAt);
        Assert.Null(await host.Service.SetTimeToLiveAsync("orders", null, default));
        Assert.Null((await host.Store.FindSubjectAsync(Samples.Environment, default))!.ExpiresAt);

        var deletion = await host.Service.DeleteAsync(new(Samples.Environment, false, false, "tester"), default);
        var conflict = await Assert.ThrowsAsync<OperationConflictException>(() => host.Service.SetTimeToLiveAsync("orders", null, default));
        Assert.Equal(deletion.Id, conflict.Holder.Id);
    });

    [Fact]
    public void What_an_update_left_unfinished_is_in_the_plan_of_the_next() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var bigger = Samples.OneDatabase.Replace("size: 1", "size: 2", StringComparison.Ordinal);
        host.Faults.Refuse(WorldCallKind.Change, "orders-orders-", "not now");
        var failed = await host.Service.UpdateEnvironmentAsync(new("orders", bigger, "", null, KeepOnFailure: true, "tester"), default);
        Assert.Equal(OperationState.Kept, (await host.EndOfAsync(failed.Id)).State);

        var plan = await host.Service.PlanUpdateAsync(new("orders", bigger, "", null, false, "tester"), default);

        Assert.Equal(("database.orders/instance", ChangeKind.Change), plan.Where(change => change.Change != ChangeKind.Keep).Select(change => (change.Key, change.Change)).Single());
    });

    [Fact]
    public void What_needs_something_that_is_replaced_is_planned_to_be_replaced() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var next = Samples.OneDatabase.Replace("engine: plain", "engine: fast", StringComparison.Ordinal);

        var plan = await host.Service.PlanUpdateAsync(new("orders", next, "", null, false, "tester"), default);

        Assert.Equal(
            [ChangeKind.Keep, ChangeKind.Keep, ChangeKind.Replace, ChangeKind.Replace], plan.Select(change => change.Change));
        Assert.Equal([false, false, true, false], plan.Select(change => change.LosesData));
    });

    private async Task DeployAsync(string name, string yaml)
    {
        var accepted = await host.Service.DeployApplicationAsync(new(name, "orders", yaml, "app.yaml", false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(accepted.Id)).State);
    }

    private async Task UpdateAsync(string yaml)
    {
        var accepted = await host.Service.UpdateEnvironmentAsync(new("orders", yaml, "", null, false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(accepted.Id)).State);
    }

    private async Task<IReadOnlyList<string>> OutdatedAsync() =>
        await Samples.Bindings(host).FindOutdatedAsync((await host.Store.FindSubjectAsync(Samples.Environment, default))!, default);

    private async Task<SubjectStatus> StatusAsync(SubjectKey key) => (await host.Store.FindSubjectAsync(key, default))!.Status;
}

using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

public sealed class DeletionTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void Deletion_leaves_nothing_and_dependents_go_first() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        var operation = await host.DeleteAsync(Samples.Environment);

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Empty(host.World.Objects);
        Assert.Null(await host.Store.FindSubjectAsync(Samples.Environment, default));
        var deletions = host.Faults.Calls.Where(call => call.Kind == WorldCallKind.Delete).Select(call => call.Name).ToList();
        Assert.Equal(5, deletions.Count);
        Assert.Contains("network", deletions[^1], StringComparison.Ordinal);
    });

    [Fact]
    public void An_object_that_somebody_else_has_deleted_is_gone_and_that_is_all() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        await host.World.DeleteAsync(host.World.Objects.First(item => item.Name.Contains("users", StringComparison.Ordinal)).Name, default);
        await Task.Delay(TimeSpan.FromMinutes(2), host.Time);

        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync(Samples.Environment)).State);
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void Data_is_kept_only_when_asked_for_with_all_that_it_needs() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        var operation = await host.DeleteAsync(Samples.Environment, keepData: true);

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal(3, host.World.Objects.Count);
        Assert.Equal(3, (await host.JournalAsync(operation.Id)).OfType<ObjectKept>().Count());
        Assert.Null(await host.Store.FindSubjectAsync(Samples.Environment, default));
    });

    [Fact]
    public void It_does_not_end_while_the_cloud_still_has_something_with_our_marks() => host.Run(async () =>
    {
        var created = await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        var stray = new CaaStle.Abstractions.Marks("memory", "environment/orders", created.SubjectId, "op-lost", "stray");
        await host.World.CreateAsync("stray", stray.ToLabels(), TimeSpan.Zero, null, "", [], default);

        var accepted = await host.Service.DeleteAsync(new(Samples.Environment, false, false, "tester"), default);
        await Task.Delay(TimeSpan.FromMinutes(10), host.Time);

        Assert.Empty(host.BrokenRuns);
        Assert.False((await host.Store.FindOperationAsync(accepted.Id, default))!.IsEnded);
        var left = (await host.JournalAsync(accepted.Id)).OfType<LeftoversChecked>().Last().Left;
        Assert.Equal(["simulated stray"], left);
        await host.World.DeleteAsync("stray", default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(accepted.Id)).State);
    });

    [Fact]
    public void Applications_keep_an_environment_unless_forced_and_go_before_it() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        var deployed = await host.Service.DeployApplicationAsync(new("shop", "orders", Samples.Application, "app.yaml", false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(deployed.Id)).State);

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => host.DeleteAsync(Samples.Environment));
        Assert.Equal(RefusedException.InUse, refusal.Code);
        Assert.Equal(["cld app delete shop", "cld env delete orders --force"], refusal.Next);
        await Assert.ThrowsAsync<RefusedException>(() => host.Service.PlanDeletionAsync(new(Samples.Environment, false, false, ""), default));

        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync(Samples.Environment, force: true)).State);
        Assert.Empty(host.World.Objects);
        Assert.Null(await host.Store.FindSubjectAsync(SubjectKey.Application("shop"), default));
    });

    [Fact]
    public void A_forced_deletion_that_is_refused_for_one_application_deletes_none() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        List<string> names = ["blog", "shop"];
        foreach (var name in names)
        {
            var deployed = await host.Service.DeployApplicationAsync(new(name, "orders", Samples.Application, "app.yaml", false, "tester"), default);
            await host.EndOfAsync(deployed.Id);
        }

        var holder = await host.Service.DeleteAsync(new(SubjectKey.Application("shop"), false, false, "tester"), default);
        var conflict = await Assert.ThrowsAsync<OperationConflictException>(() => host.DeleteAsync(Samples.Environment, force: true));

        Assert.Equal(holder.Id, conflict.Holder.Id);
        Assert.Equal([holder.Id], (await host.Store.ListOperationsAsync(new(UnderWay: true), default)).Select(operation => operation.Id));
        await host.EndOfAsync(holder.Id);
        Assert.NotNull(await host.Store.FindSubjectAsync(SubjectKey.Application("blog"), default));
    });

    [Fact]
    public void A_container_that_an_application_runs_is_not_deleted() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        var built = await host.Service.CreateContainerAsync(new("shop", "simulated", "/contexts/shop.tar", "Dockerfile", false, "tester"), default);
        await host.EndOfAsync(built.Id);
        var deployed = await host.Service.DeployApplicationAsync(new("shop", "orders", Samples.Application, "app.yaml", false, "tester"), default);
        await host.EndOfAsync(deployed.Id);

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => host.DeleteAsync(SubjectKey.Container("shop"), force: true));

        Assert.Equal((RefusedException.InUse, "cld app delete shop"), (refusal.Code, Assert.Single(refusal.Next)));
        await host.DeleteAsync(SubjectKey.Application("shop"));
        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync(SubjectKey.Container("shop"))).State);
    });

    [Fact]
    public void The_archive_of_a_container_goes_with_it() => host.Run(async () =>
    {
        var created = await host.Service.CreateContainerAsync(new("shop", "simulated", "/contexts/shop.tar", "Dockerfile", false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(created.Id)).State);
        Assert.Empty(host.DiscardedArtifacts);

        await host.DeleteAsync(SubjectKey.Container("shop"));

        Assert.Equal(["/contexts/shop.tar"], host.DiscardedArtifacts);
    });
}

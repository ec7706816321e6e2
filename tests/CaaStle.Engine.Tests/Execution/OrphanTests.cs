using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

public sealed class OrphanTests
{
    private readonly SimulatedHost host = new();

    private OrphanSweep Sweep => new(host.Services);

    [Fact]
    public void What_is_recorded_or_kept_or_of_others_is_no_orphan() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await host.CreateEnvironmentAsync(Samples.OneDatabase, "kept");
        await host.DeleteAsync(SubjectKey.Environment("kept"), keepData: true);
        await AddAsync("theirs", "other-installation", "orders", "network");
        await host.World.CreateAsync("unmarked", new Dictionary<string, string>(), TimeSpan.Zero, null, "", [], default);

        var report = await Sweep.FindAsync(default);

        Assert.Empty(report.Orphans);
        Assert.Empty(report.Unanswered);
    });

    [Fact]
    public void What_is_in_no_record_is_removed_dependents_first_and_nothing_else() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var before = host.World.Objects.Select(item => item.Name).ToList();
        var environment = (await host.Store.FindSubjectAsync(Samples.Environment, default))!;
        await AddAsync("lost-storage", "memory", "gone01", "database/storage");
        await AddAsync("lost-instance", "memory", "gone01", "database/instance", "lost-storage");
        await AddAsync("stray", "memory", environment.Id, "stray");

        var report = await Sweep.FindAsync(default);
        Assert.Equal(
            [("lost-instance", false), ("lost-storage", true), ("stray", false)],
            report.Orphans.Select(orphan => (orphan.Found.Name, orphan.HoldsData)));
        var removals = await Sweep.RemoveAsync([.. report.Orphans.Reverse()], default);

        Assert.All(removals, removal => Assert.Null(removal.Failure));
        await Task.Delay(TimeSpan.FromMinutes(2), host.Time);
        Assert.Equal(before, host.World.Objects.Select(item => item.Name));
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void What_belongs_to_an_operation_under_way_or_to_a_record_by_now_is_not_removed() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var environment = (await host.Store.FindSubjectAsync(Samples.Environment, default))!;
        await AddAsync("stray", "memory", environment.Id, "stray");
        var orphan = Assert.Single((await Sweep.FindAsync(default)).Orphans);
        var recorded = host.World.Objects.First(item => item.Labels[Marks.KeyLabel] == "network");
        var claimed = new Orphan("simulated", new("simulated", recorded.Name, "environment/orders", environment.Id, "network"), false);

        var operation = await host.Service.SwitchEnvironmentAsync(new("orders", OperationAction.Repair, "tester"), default);
        Assert.Empty((await Sweep.FindAsync(default)).Orphans);
        var removals = await Sweep.RemoveAsync([orphan, claimed], default);
        await host.EndOfAsync(operation.Id);

        Assert.All(removals, removal => Assert.Equal("it belongs to environment/orders", removal.Failure));
        Assert.Contains(host.World.Objects, item => item.Name == "stray");
        Assert.Contains(host.World.Objects, item => item.Name == recorded.Name && item.GoneAt is null);
    });

    [Fact]
    public void What_cannot_be_removed_says_why_and_a_cloud_that_does_not_answer_is_named() => host.Run(async () =>
    {
        await AddAsync("lost", "memory", "gone01", "network");
        await host.World.CreateAsync("user", new Dictionary<string, string>(), TimeSpan.Zero, null, "", ["lost"], default);
        var report = await Sweep.FindAsync(default);

        var removal = Assert.Single(await Sweep.RemoveAsync(report.Orphans, default));
        Assert.Equal("lost is in use by user", removal.Failure);
        host.Faults.Unreachable(WorldCallKind.Find, "");
        Assert.Equal(["simulated: connection refused"], (await Sweep.FindAsync(default)).Unanswered);
    });

    private Task AddAsync(string name, string installation, string subjectId, string key, params string[] needs) =>
        host.World.CreateAsync(
            name, new Marks(installation, "environment/orders", subjectId, "op-lost", key).ToLabels(), TimeSpan.Zero, null, "", needs, default);
}

using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

public sealed class UpdateTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void A_redeployment_makes_a_revision_beside_the_old_one_and_then_takes_that_away() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var old = Replica();

        var operation = await ChangeAsync(new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.Application + "    NEW: yes\n" });

        Assert.Equal(OperationState.Succeeded, operation.State);
        var shop = await ShopAsync();
        Assert.Equal((2, SubjectStatus.Available), (shop.Desired.Revision, shop.Status));
        Assert.Contains("NEW", shop.Definition, StringComparison.Ordinal);
        Assert.NotEqual(old.Name, Replica().Name);
        Assert.Equal([Replica().Name], Route().Needs);
        var journal = await host.JournalAsync(operation.Id);
        var committed = journal.OfType<OperationCommitted>().Single();
        Assert.Equal(["r1/replica-1"], committed.Retiring);
        Assert.True(Index(journal, committed) < Index(journal, journal.First(entry => entry is ObjectDeleting)));
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void A_revision_that_fails_leaves_the_old_one_as_it_was() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var (replica, route) = (Replica(), Route());

        var operation = await ChangeAsync(new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.FailingApplication });

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Equal((replica, route), (Replica(), Route()));
        var shop = await ShopAsync();
        Assert.Equal((1, SubjectStatus.Available), (shop.Desired.Revision, shop.Status));
        Assert.DoesNotContain(host.Faults.Calls, call => call.Kind == WorldCallKind.Change);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void What_was_changed_in_place_is_changed_back_before_what_it_needs_goes() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var replica = Replica();
        var accepted = await host.Service.ChangeApplicationAsync(
            new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.Application + "    NEW: yes\n" }, default);
        host.Faults.Refuse(WorldCallKind.Change, "shop-route", "the proxy has no more room");

        var operation = await host.EndOfAsync(accepted.Id);

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Equal("the proxy has no more room", operation.Failure!.Message);
        Assert.Equal([replica.Name], Route().Needs);
        Assert.Equal(replica.Name, Replica().Name);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Cancelling_brings_the_old_revision_back_even_while_the_new_one_takes_over() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var replica = Replica();
        var accepted = await host.Service.ChangeApplicationAsync(
            new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.Application + "    SIMULATED_READY_AFTER: 60\n" }, default);
        await Task.Delay(TimeSpan.FromSeconds(20), host.Time);
        await host.Service.CancelAsync(accepted.Id, keep: false, "boss", default);

        Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(accepted.Id)).State);
        Assert.Equal(replica, Replica());
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Scaling_changes_the_number_of_replicas_and_no_revision() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var first = Replica();

        Assert.Equal(OperationState.Succeeded, (await ChangeAsync(new("shop", OperationAction.Scale, false, "tester") { Replicas = 3 })).State);
        Assert.Equal(3, Replicas().Count);
        Assert.Contains(first, Replicas());
        Assert.Equal(3, Route().Needs.Count);
        Assert.Equal(OperationState.Succeeded, (await ChangeAsync(new("shop", OperationAction.Scale, false, "tester") { Replicas = 1 })).State);

        Assert.Equal(first, Replica());
        Assert.Equal([first.Name], Route().Needs);
        Assert.Equal(1, (await ShopAsync()).Desired.Revision);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void A_stopped_application_keeps_its_address_and_starts_again() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);

        await ChangeAsync(new("shop", OperationAction.Stop, false, "tester"));
        Assert.Equal(SubjectStatus.Stopped, (await ShopAsync()).Status);
        Assert.Empty(Replicas());
        Assert.Empty(Route().Needs);
        await Assert.ThrowsAsync<RefusedException>(() => ChangeAsync(new("shop", OperationAction.Stop, false, "tester")));
        await Assert.ThrowsAsync<RefusedException>(() => ChangeAsync(new("shop", OperationAction.Scale, false, "tester") { Replicas = 2 }));

        await ChangeAsync(new("shop", OperationAction.Start, false, "tester"));
        Assert.Equal(SubjectStatus.Available, (await ShopAsync()).Status);
        Assert.Single(Replicas());
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void A_rollback_goes_to_the_last_good_revision_or_the_one_asked_for() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await ChangeAsync(new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.Application + "    SECOND: yes\n" });
        await ChangeAsync(new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.FailingApplication });
        await ChangeAsync(new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.Application + "    FOURTH: yes\n" });

        await ChangeAsync(new("shop", OperationAction.RollBack, false, "tester"));
        Assert.Contains("SECOND", (await ShopAsync()).Definition, StringComparison.Ordinal);
        await ChangeAsync(new("shop", OperationAction.RollBack, false, "tester") { Revision = 1 });
        Assert.Equal((Samples.Application, 6), ((await ShopAsync()).Definition, (await ShopAsync()).Desired.Revision));
        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => ChangeAsync(new("shop", OperationAction.RollBack, false, "tester") { Revision = 3 }));

        Assert.Contains("no revision 3 that was good", refused.Message, StringComparison.Ordinal);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void The_history_tells_what_changed_by_whom_and_how_it_ended() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await ChangeAsync(new("shop", OperationAction.Redeploy, false, "ann") { Definition = Samples.Application + "    NEW: yes\n" });
        await ChangeAsync(new("shop", OperationAction.Redeploy, false, "bob") { Definition = Samples.FailingApplication });
        await ChangeAsync(new("shop", OperationAction.Scale, false, "cem") { Replicas = 2 });

        var history = await host.Revisions.ReadAsync(SubjectKey.Application("shop"), default);

        Assert.Equal(
            [
                (2, false, true, "replicas 1 → 2", "cem", OperationState.Succeeded),
                (3, true, false, "env -NEW, env +SIMULATED_FAILS_AFTER, env +SIMULATED_READY_AFTER", "bob", OperationState.RolledBack),
                (2, true, true, "env +NEW", "ann", OperationState.Succeeded),
                (1, true, false, "", "tester", OperationState.Succeeded),
            ],
            history.Select(each => (each.Number, each.IsNew, each.IsInForce, string.Join(", ", each.Changes), each.By, each.State)));
        Assert.Equal("shop", history[^1].Image);
    });

    [Fact]
    public void A_command_runs_beside_the_application_and_leaves_nothing() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var before = host.World.Objects.Select(item => item.Name).ToList();

        var good = await RunAsync("migrate");
        await ChangeAsync(new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.Application + "    SIMULATED_JOB_FAILS_AFTER: 0.5\n" });
        var bad = await RunAsync("migrate");

        Assert.Equal(OperationState.Succeeded, good.State);
        Assert.Equal((OperationState.RolledBack, "the command ended with 1"), (bad.State, bad.Failure?.Message));
        Assert.Equal(before.Count, host.World.Objects.Count);
        Assert.Equal(SubjectStatus.Available, (await ShopAsync()).Status);
        await Samples.AssertCloudIsWhatTheRecordSays(host);

        async Task<Operation> RunAsync(string command) =>
            await host.EndOfAsync((await host.Service.RunAsync(new("shop", [command], "tester"), default)).Id);
    });

    [Fact]
    public void An_environment_grows_changes_in_place_and_shrinks() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var instance = Object("orders-orders-");

        await UpdateAsync(Samples.OneDatabase.Replace("size: 1", "size: 5", StringComparison.Ordinal));
        Assert.Equal(("size 5", instance.ReadyAt), (Object("orders-orders-").Content, instance.ReadyAt));
        await UpdateAsync(Samples.TwoDatabases);
        Assert.Equal(5, host.World.Objects.Count);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => UpdateAsync(Samples.OneDatabase));
        Assert.Equal(RefusedException.LosesData, refused.Code);
        Assert.Contains("database.users/storage", refused.Message, StringComparison.Ordinal);
        await UpdateAsync(Samples.OneDatabase, confirm: "orders");

        Assert.Equal(3, host.World.Objects.Count);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Replacing_what_holds_data_keeps_the_old_until_the_new_is_ready() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var password = await PasswordAsync();
        var storage = Object("orders-orders-storage");

        var operation = await UpdateAsync(Samples.OneDatabase.Replace("engine: plain", "engine: fast", StringComparison.Ordinal), confirm: "orders");

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.NotEqual(storage.Name, Object("orders-orders-storage").Name);
        Assert.Equal(password, await PasswordAsync());
        var journal = await host.JournalAsync(operation.Id);
        Assert.Contains(journal, entry => entry is ObjectIntended { Key: "database.orders/storage#2" });
        Assert.Equal(["database.orders/storage"], journal.OfType<OperationCommitted>().Single().Retiring);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void A_replacement_that_fails_brings_back_what_had_to_go() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var storage = Object("orders-orders-storage");
        var failing = Samples.OneDatabase
            .Replace("version: 1", "version: 2", StringComparison.Ordinal)
            .Replace("ready_after: 300", "ready_after: 300, fails_after: 10, failure: wrong data format", StringComparison.Ordinal);

        var operation = await UpdateAsync(failing);

        Assert.Equal((OperationState.RolledBack, "wrong data format"), (operation.State, operation.Failure!.Message));
        Assert.Equal(storage, Object("orders-orders-storage"));
        var environment = await host.Store.FindSubjectAsync(Samples.Environment, default);
        Assert.Equal((SubjectStatus.Available, Samples.OneDatabase), (environment!.Status, environment.Definition));
        Assert.Null(Object("orders-orders-").FailsAt);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void A_plan_of_an_update_tells_what_happens_to_each_object() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        var next = Samples.OneDatabase
            .Replace("version: 1", "version: 2", StringComparison.Ordinal)
            .Replace("size: 1", "size: 2", StringComparison.Ordinal);

        var plan = await host.Service.PlanUpdateAsync(new("orders", next, "", null, false, "tester"), default);

        Assert.Equal(
            [
                ("network", ChangeKind.Keep, false),
                ("database.orders/password", ChangeKind.Keep, false),
                ("database.orders/storage", ChangeKind.Keep, false),
                ("database.orders/instance", ChangeKind.Replace, false),
                ("database.users/storage", ChangeKind.Delete, true),
                ("database.users/instance", ChangeKind.Delete, false),
            ],
            plan.Select(change => (change.Key, change.Change, change.LosesData)));
        Assert.Equal(5, host.World.Objects.Count);
    });

    [Fact]
    public void What_applications_are_bound_to_cannot_be_taken_away() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => UpdateAsync(
            Samples.OneDatabase.Replace("name: orders", "name: others", StringComparison.Ordinal), confirm: "orders"));

        Assert.Equal(RefusedException.InUse, refused.Code);
        Assert.Contains("app.env.DB", refused.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void What_applications_stand_on_cannot_be_replaced_under_them() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var moved = Samples.TwoDatabases[..Samples.TwoDatabases.LastIndexOf("60", StringComparison.Ordinal)] + "61";

        var refused = await Assert.ThrowsAsync<RefusedException>(() => UpdateAsync(moved, confirm: "orders"));

        Assert.Equal(RefusedException.InUse, refused.Code);
        Assert.Equal("Applications stand on what would be replaced (network): shop.", refused.Message);
        Assert.Equal(["cld app delete shop"], refused.Next);
        Assert.Equal(refused.Message, (await Assert.ThrowsAsync<RefusedException>(
            () => host.Service.PlanUpdateAsync(new("orders", moved, "", null, false, "tester"), default))).Message);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Pausing_stops_applications_first_and_resuming_starts_them_last() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var names = host.World.Objects.Select(item => item.Name).ToList();

        await SwitchAsync(OperationAction.Pause);
        Assert.Equal(SubjectStatus.Stopped, (await host.Store.FindSubjectAsync(Samples.Environment, default))!.Status);
        Assert.Equal(SubjectStatus.Stopped, (await ShopAsync()).Status);
        Assert.Empty(Replicas());
        Assert.All(host.World.Objects.Where(item => item.Content.StartsWith("size", StringComparison.Ordinal)), item => Assert.EndsWith("stopped", item.Content, StringComparison.Ordinal));
        await Assert.ThrowsAsync<RefusedException>(() => ChangeAsync(new("shop", OperationAction.Start, false, "tester")));

        await SwitchAsync(OperationAction.Resume);
        Assert.Equal(SubjectStatus.Available, (await ShopAsync()).Status);
        Assert.Equal(names, host.World.Objects.Select(item => item.Name));
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void A_repair_brings_back_what_others_have_deleted_and_replaces_what_is_broken() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await host.World.DeleteAsync(Route().Name, default);
        await Task.Delay(TimeSpan.FromMinutes(2), host.Time);
        await host.World.DeleteAsync(Replica().Name, default);
        await Task.Delay(TimeSpan.FromMinutes(2), host.Time);

        await SwitchAsync(OperationAction.Repair);

        Assert.Single(Replicas());
        Assert.Equal([Replica().Name], Route().Needs);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void An_undoing_that_is_blocked_can_be_ended_by_keeping_what_is_there() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        host.Faults.Unreachable(WorldCallKind.Delete, "shop-r2", times: 100_000);
        var accepted = await host.Service.ChangeApplicationAsync(
            new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.FailingApplication }, default);
        await Task.Delay(TimeSpan.FromMinutes(5), host.Time);
        Assert.Equal(OperationState.RollingBack, (await host.Store.FindOperationAsync(accepted.Id, default))!.State);

        await host.Service.CancelAsync(accepted.Id, keep: true, "boss", default);
        Assert.Equal(OperationState.Kept, (await host.EndOfAsync(accepted.Id)).State);
        Assert.Equal(SubjectStatus.UpdateFailed, (await ShopAsync()).Status);
        host.Faults.Clear();
        await ChangeAsync(new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.Application });

        Assert.Single(Replicas());
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void An_environment_is_deleted_with_its_applications_when_its_time_is_over() => host.Run(async () =>
    {
        var accepted = await host.Service.CreateEnvironmentAsync(
            new("orders", Samples.TwoDatabases, "", false, "tester") { TimeToLive = TimeSpan.FromHours(2) }, default);
        await host.EndOfAsync(accepted.Id);
        using var stop = new CancellationTokenSource();
        var failures = new List<Exception>();
        var watching = new ExpiryWatch(host.Store, host.Service, host.Time, (_, failure) => failures.Add(failure)).RunAsync(stop.Token);

        await Task.Delay(TimeSpan.FromMinutes(90), host.Time);
        Assert.NotNull(await host.Store.FindSubjectAsync(Samples.Environment, default));
        await Task.Delay(TimeSpan.FromMinutes(40), host.Time);
        stop.Cancel();
        await watching;

        Assert.Null(await host.Store.FindSubjectAsync(Samples.Environment, default));
        Assert.Empty(host.World.Objects);
        Assert.Empty(failures);
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(101)]
    public void An_application_has_at_least_one_replica_and_not_too_many(int replicas) => host.Run(async () =>
    {
        await Samples.DeployAsync(host);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => ChangeAsync(new("shop", OperationAction.Scale, false, "tester") { Replicas = replicas }));

        Assert.Equal(RefusedException.InvalidRequest, refused.Code);
        Assert.Equal(replicas == 0 ? ["cld app stop shop"] : [], refused.Next);
    });

    private IReadOnlyList<WorldObject> Replicas() =>
        [.. host.World.Objects.Where(item => item.GoneAt is null && item.Name.StartsWith("shop-r", StringComparison.Ordinal) && !item.Name.StartsWith("shop-route", StringComparison.Ordinal))];

    private WorldObject Replica() => Assert.Single(Replicas());

    private WorldObject Route() => Object("shop-route");

    private WorldObject Object(string prefix) =>
        host.World.Objects.Single(item => item.GoneAt is null && item.Name.StartsWith(prefix, StringComparison.Ordinal)
            && (prefix.Contains("storage", StringComparison.Ordinal) || !item.Name.Contains("storage", StringComparison.Ordinal)));

    private async Task<SubjectRecord> ShopAsync() => (await host.Store.FindSubjectAsync(SubjectKey.Application("shop"), default))!;

    private async Task<string> PasswordAsync() =>
        (await host.Store.FindSubjectAsync(Samples.Environment, default))!.Outputs["database.orders"]["Password"].Text;

    private async Task<Operation> ChangeAsync(ChangeApplication change) =>
        await host.EndOfAsync((await host.Service.ChangeApplicationAsync(change, default)).Id);

    private async Task<Operation> UpdateAsync(string yaml, string? confirm = null) =>
        await host.EndOfAsync((await host.Service.UpdateEnvironmentAsync(new("orders", yaml, "", confirm, false, "tester"), default)).Id);

    private async Task SwitchAsync(string action)
    {
        var last = await host.EndOfAsync((await host.Service.SwitchEnvironmentAsync(new("orders", action, "tester"), default)).Id);
        Assert.Equal(OperationState.Succeeded, last.State);
        foreach (var operation in await host.Store.ListOperationsAsync(new(UnderWay: true), default))
        {
            Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(operation.Id)).State);
        }
    }

    private static int Index(IReadOnlyList<JournalEntry> journal, JournalEntry entry) => journal.ToList().IndexOf(entry);
}

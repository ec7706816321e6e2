using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

public sealed class DriftTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void What_is_as_recorded_has_no_drift_and_reading_changes_nothing() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var before = Samples.Changes(host).Count();

        var observed = await ReadAsync();

        Assert.Equal(7, observed.Count);
        Assert.All(observed, each => Assert.Equal((Drift.None, "available"), (each.Drift, each.Word)));
        Assert.Equal(["environment/orders", "application/shop"], observed.Select(each => each.Record.Subject.ToString()).Distinct());
        Assert.Equal(before, Samples.Changes(host).Count());
    });

    [Fact]
    public void Missing_broken_changed_taken_and_unknown_are_told_apart() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await DeleteBehindItsBackAsync("shop-route");
        await DeleteBehindItsBackAsync("shop-r1-1");
        var taken = Object("orders-users-storage").Name;
        await DeleteBehindItsBackAsync("orders-users-");
        await DeleteBehindItsBackAsync(taken);
        await host.World.CreateAsync(taken, new Dictionary<string, string>(), TimeSpan.Zero, null, "", [], default);
        var instance = Object("orders-orders-");
        await host.World.ChangeAsync(instance.Name, "size 7", TimeSpan.Zero, instance.Needs, default);
        host.Faults.Unreachable(WorldCallKind.Describe, "orders-network");

        var drift = (await ReadAsync()).ToDictionary(each => each.Record.Key);

        Assert.Equal((Drift.Unknown, "connection refused"), (drift["network"].Drift, drift["network"].Word));
        Assert.Equal(Drift.None, drift["database.orders/storage"].Drift);
        Assert.Equal((Drift.Changed, "to be changed"), (drift["database.orders/instance"].Drift, drift["database.orders/instance"].Word));
        Assert.Equal((Drift.Missing, "its name is taken by made by somebody else"), (drift["database.users/storage"].Drift, drift["database.users/storage"].Word));
        Assert.Equal([Drift.Missing, Drift.Missing], [drift["route"].Drift, drift["r1/replica-1"].Drift]);
    });

    [Fact]
    public void What_breaks_later_is_broken_with_its_last_words() => host.Run(async () =>
    {
        var late = Samples.OneDatabase.Replace("ready_after: 300", "ready_after: 30, fails_after: 3600, failure: disk broken", StringComparison.Ordinal);
        await host.CreateEnvironmentAsync(late);
        Assert.All(await ReadAsync(), each => Assert.Equal(Drift.None, each.Drift));
        await Task.Delay(TimeSpan.FromHours(2), host.Time);

        var broken = Assert.Single(await ReadAsync(), each => each.Drift != Drift.None);

        Assert.Equal((Drift.Broken, "disk broken", "database.orders/instance"), (broken.Drift, broken.Word, broken.Record.Key));
        Assert.StartsWith("the last words of", Assert.Single(broken.LastLog), StringComparison.Ordinal);
    });

    [Fact]
    public void What_is_being_worked_on_is_unknown_even_where_it_was_just_read() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var operation = await host.Service.ChangeApplicationAsync(new("shop", OperationAction.Restart, false, "tester"), default);

        var observed = await ReadAsync();
        var application = observed.Where(each => each.Record.Subject.Kind == SubjectKind.Application).ToList();
        Assert.NotEmpty(application);
        Assert.All(application, each => Assert.Equal((Drift.Unknown, $"{operation.Id} is working on application/shop"), (each.Drift, each.Word)));
        Assert.All(observed.Except(application), each => Assert.Equal(Drift.None, each.Drift));
        await host.EndOfAsync(operation.Id);

        var reading = ReadAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(1), host.Time);
        var deletion = await host.Service.DeleteAsync(new(SubjectKey.Application("shop"), false, false, "tester"), default);
        Assert.All(
            (await reading).Where(each => each.Record.Subject.Kind == SubjectKind.Application),
            each => Assert.Equal((Drift.Unknown, $"{deletion.Id} is working on application/shop"), (each.Drift, each.Word)));
        await host.EndOfAsync(deletion.Id);
    });

    [Fact]
    public void An_environment_that_is_not_there_is_refused() => host.Run(async () =>
        Assert.Equal(RefusedException.NotFound, (await Assert.ThrowsAsync<RefusedException>(ReadAsync)).Code));

    [Fact]
    public void Accepting_forgets_what_is_missing_and_nothing_else() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await DeleteBehindItsBackAsync("shop-route");
        await DeleteBehindItsBackAsync("orders-users-");
        await host.World.ChangeAsync(Object("orders-orders-").Name, "size 7", TimeSpan.Zero, [], default);
        var calls = Samples.Changes(host).Count();

        await AcceptAsync();

        var observed = await ReadAsync();
        Assert.Equal(5, observed.Count);
        Assert.Equal(["database.orders/instance"], observed.Where(each => each.Drift != Drift.None).Select(each => each.Record.Key));
        Assert.Equal(calls, Samples.Changes(host).Count());
        Assert.Equal(SubjectStatus.Available, (await host.Store.FindSubjectAsync(Samples.Environment, default))!.Status);
        Assert.Equal(SubjectStatus.Available, (await host.Store.FindSubjectAsync(SubjectKey.Application("shop"), default))!.Status);
        Assert.Equal(
            [("environment/orders", "database.users/instance"), ("application/shop", "route")],
            await ForgottenAsync());
    });

    [Fact]
    public void What_was_forgotten_is_made_again_by_the_next_update() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        await DeleteBehindItsBackAsync("orders-users-");
        await AcceptAsync();

        var plan = await host.Service.PlanUpdateAsync(new("orders", Samples.TwoDatabases, "", null, false, "tester"), default);
        Assert.Equal(["database.users/instance"], plan.Where(change => change.Change == Planning.ChangeKind.Create).Select(change => change.Key));
        var update = await host.Service.UpdateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", null, false, "tester"), default);

        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(update.Id)).State);
        Assert.Equal(5, host.World.Objects.Count);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void What_is_forgotten_is_offered_to_nobody_until_it_is_made_again() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        await DeleteBehindItsBackAsync("orders-orders-");
        await AcceptAsync();
        var environment = (await host.Store.FindSubjectAsync(Samples.Environment, default))!;
        Assert.Equal(["database.orders"], environment.Outputs.Keys.Where(environment.HasForgotten));

        foreach (var wish in new Func<Task<Operation>>[]
        {
            () => host.Service.DeployApplicationAsync(new("blog", "orders", Samples.Application, "app.yaml", false, "tester"), default),
            () => host.Service.ChangeApplicationAsync(new("shop", OperationAction.Restart, false, "tester"), default),
            () => host.Service.RunAsync(new("shop", ["count"], "tester"), default),
        })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(wish);
            Assert.Equal(
                (RefusedException.NotAvailable, "database.orders of environment/orders was missing and is forgotten."), (refused.Code, refused.Message));
            Assert.Equal(["cld env update orders FILE"], refused.Next);
        }

        var unbound = await host.Service.DeployApplicationAsync(
            new("blog", "orders", "app: {image: blog, container_port: 80}", "app.yaml", false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(unbound.Id)).State);
        var stop = await host.Service.ChangeApplicationAsync(new("shop", OperationAction.Stop, false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(stop.Id)).State);

        var update = await host.Service.UpdateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", null, false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(update.Id)).State);
        var start = await host.Service.ChangeApplicationAsync(new("shop", OperationAction.Start, false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(start.Id)).State);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Where_nothing_is_missing_nothing_can_be_accepted() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        await host.World.ChangeAsync(Object("orders-orders-").Name, "size 7", TimeSpan.Zero, [], default);

        var refused = await Assert.ThrowsAsync<RefusedException>(AcceptAsync);

        Assert.Equal((RefusedException.NotAvailable, "Nothing of environment/orders is missing."), (refused.Code, refused.Message));
    });

    [Fact]
    public void An_acceptance_waits_for_the_cloud_and_can_be_cancelled() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        await DeleteBehindItsBackAsync("orders-orders-");
        var accepted = await host.Service.AcceptDriftAsync(new("orders", "tester"), default);
        host.Faults.Unreachable(WorldCallKind.Describe, "storage", times: 100_000);
        await Task.Delay(TimeSpan.FromMinutes(5), host.Time);
        Assert.False((await host.Store.FindOperationAsync(accepted.Id, default))!.IsEnded);
        await host.Service.CancelAsync(accepted.Id, keep: false, "boss", default);

        Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(accepted.Id)).State);
        host.Faults.Clear();
        Assert.Equal([Drift.None, Drift.None, Drift.Missing], (await ReadAsync()).Select(each => each.Drift));
        Assert.Equal(SubjectStatus.Available, (await host.Store.FindSubjectAsync(Samples.Environment, default))!.Status);
    });

    [Fact]
    public void What_gives_no_answer_is_unknown_and_one_subject_can_be_read_alone()
    {
        var slow = new SimulatedHost(new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1), TimeSpan.Zero));
        slow.Run(async () =>
        {
            await Samples.DeployAsync(slow);
            var application = await slow.Services.Store.FindSubjectAsync(SubjectKey.Application("shop"), default);
            Assert.All(await new DriftReader(slow.Services).ReadAsync(application!, default), each => Assert.Equal("shop", each.Record.Subject.Name));
        });

        var silent = new SimulatedHost(new(TimeSpan.FromSeconds(21), TimeSpan.FromSeconds(1), TimeSpan.Zero));
        silent.Run(async () =>
        {
            await Samples.DeployAsync(silent);
            Assert.All(
                await new DriftReader(silent.Services).ReadAsync("orders", default),
                each => Assert.Equal((Drift.Unknown, "no answer within 20 s"), (each.Drift, each.Word)));
        });
    }

    private Task<IReadOnlyList<ObservedObject>> ReadAsync() => new DriftReader(host.Services).ReadAsync("orders", default);

    private async Task AcceptAsync()
    {
        await host.Service.AcceptDriftAsync(new("orders", "tester"), default);
        await Samples.AllSucceedAsync(host);
    }

    private async Task<IReadOnlyList<(string Subject, string Key)>> ForgottenAsync()
    {
        var forgotten = new List<(string, string)>();
        foreach (var operation in (await host.Store.ListOperationsAsync(new(), default)).Where(each => each.Request.Action == OperationAction.Accept))
        {
            forgotten.AddRange((await host.JournalAsync(operation.Id)).OfType<ObjectForgotten>().Select(entry => (operation.Subject.ToString(), entry.Key)));
        }

        return [.. forgotten.OrderByDescending(pair => pair)];
    }

    private WorldObject Object(string prefix) =>
        host.World.Objects.Single(item => item.GoneAt is null && item.Name.StartsWith(prefix, StringComparison.Ordinal)
            && (prefix.Contains("storage", StringComparison.Ordinal) || !item.Name.Contains("storage", StringComparison.Ordinal)));

    private async Task DeleteBehindItsBackAsync(string prefix)
    {
        await host.World.DeleteAsync(Object(prefix).Name, default);
        await Task.Delay(TimeSpan.FromMinutes(1), host.Time);
    }
}

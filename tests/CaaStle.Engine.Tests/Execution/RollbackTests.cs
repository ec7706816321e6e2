using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Engine.Operations;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

public sealed class RollbackTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void A_failed_creation_leaves_nothing_and_says_why() => host.Run(async () =>
    {
        var operation = await host.CreateEnvironmentAsync(Samples.FailingDatabase);

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Equal("insufficient capacity", operation.Failure!.Message);
        Assert.Equal("database.users/instance", operation.Failure.Key);
        Assert.NotEmpty(operation.Failure.LastLog);
        Assert.Empty(host.World.Objects);
        Assert.Null(await host.Store.FindSubjectAsync(Samples.Environment, default));
    });

    [Fact]
    public void A_hopeless_state_ends_the_wait_at_once() => host.Run(async () =>
    {
        var operation = await host.CreateEnvironmentAsync(Samples.FailingDatabase);

        // It fails after 120 s; its neighbour would have taken 300. Undoing takes three deletions of 30 s, one after the other.
        Assert.InRange(operation.EndedAt!.Value - operation.RequestedAt, TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(240));
    });

    [Fact]
    public void A_refused_creation_is_undone() => host.Run(async () =>
    {
        host.Faults.Refuse(WorldCallKind.Create, "orders-users", "you have reached your quota");

        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Equal("you have reached your quota", operation.Failure!.Message);
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void A_defect_in_an_extension_is_a_failure_and_is_undone() => host.Run(async () =>
    {
        host.Faults.Defect(WorldCallKind.Create, "orders-users");

        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Equal(Failure.Internal, operation.Failure!.Code);
        Assert.Contains("nobody thought of this", operation.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void A_defect_while_undoing_blocks_and_is_tried_again() => host.Run(async () =>
    {
        host.Faults.Defect(WorldCallKind.Delete, "network");

        var operation = await host.CreateEnvironmentAsync(Samples.FailingDatabase);

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Contains(await host.JournalAsync(operation.Id), entry => entry is ObjectBlocked { Key: "network" });
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void The_wreck_is_kept_when_asked_for_and_can_be_deleted_then() => host.Run(async () =>
    {
        var operation = await host.CreateEnvironmentAsync(Samples.FailingDatabase, keep: true);

        Assert.Equal(OperationState.Kept, operation.State);
        Assert.Equal(5, host.World.Objects.Count);
        Assert.Equal(SubjectStatus.CreateFailed, (await host.Store.FindSubjectAsync(Samples.Environment, default))!.Status);
        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync(Samples.Environment)).State);
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void A_rollback_that_is_blocked_says_so_and_goes_on_trying() => host.Run(async () =>
    {
        host.Faults.Unreachable(WorldCallKind.Delete, "network", times: 12);

        var operation = await host.CreateEnvironmentAsync(Samples.FailingDatabase);

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Contains(new ObjectBlocked("network", "connection refused"), await host.JournalAsync(operation.Id));
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void An_object_of_others_with_the_same_name_is_not_touched() => host.Run(async () =>
    {
        // The identifier is drawn when the request is accepted; the operation cannot have got to the network by then.
        var accepted = await host.Service.CreateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", false, "tester"), default);
        var name = $"orders-network-{accepted.SubjectId}";
        await host.World.CreateAsync(name, new Dictionary<string, string> { ["owner"] = "somebody" }, TimeSpan.Zero, null, "", [], default);

        var operation = await host.EndOfAsync(accepted.Id);

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Equal(Failure.NameTaken, operation.Failure!.Code);
        Assert.Equal([name], host.World.Objects.Select(item => item.Name));
    });

    [Fact]
    public void Cancelling_undoes_what_was_made() => host.Run(async () =>
    {
        var accepted = await host.Service.CreateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", false, "tester"), default);
        await Task.Delay(TimeSpan.FromSeconds(90), host.Time);
        await host.Service.CancelAsync(accepted.Id, keep: false, "boss", default);

        var operation = await host.EndOfAsync(accepted.Id);

        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Equal("boss", operation.CancelledBy);
        Assert.Equal(Failure.Cancelled, operation.Failure!.Code);
        Assert.True(operation.EndedAt - operation.RequestedAt < TimeSpan.FromSeconds(220));
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void Cancelling_undoes_even_where_a_failure_would_be_kept() => host.Run(async () =>
    {
        var accepted = await host.Service.CreateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", KeepOnFailure: true, "tester"), default);
        await Task.Delay(TimeSpan.FromSeconds(90), host.Time);
        await host.Service.CancelAsync(accepted.Id, keep: false, "boss", default);

        Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(accepted.Id)).State);
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void What_has_ended_and_what_deletes_cannot_be_cancelled() => host.Run(async () =>
    {
        var creation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        var deletion = await host.Service.DeleteAsync(new(Samples.Environment, false, false, "tester"), default);

        Assert.Equal(RefusedException.NotAvailable, (await Assert.ThrowsAsync<RefusedException>(() => host.Service.CancelAsync(creation.Id, keep: false, "boss", default))).Code);
        Assert.Equal(RefusedException.NotAvailable, (await Assert.ThrowsAsync<RefusedException>(() => host.Service.CancelAsync(deletion.Id, keep: false, "boss", default))).Code);
    });

    [Fact]
    public void One_operation_at_a_time_works_on_an_environment() => host.Run(async () =>
    {
        var first = await host.Service.CreateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", false, "tester"), default);

        var conflict = await Assert.ThrowsAsync<OperationConflictException>(
            () => host.Service.DeleteAsync(new(Samples.Environment, false, false, "other"), default));

        Assert.Equal(first.Id, conflict.Holder.Id);
    });
}

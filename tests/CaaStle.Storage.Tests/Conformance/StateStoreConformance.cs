using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Tests.Conformance;

/// <summary>What every state store must do. Derive, and say how one is opened.</summary>
public abstract partial class StateStoreConformance : IAsyncLifetime
{
    private static readonly SubjectKey Orders = SubjectKey.Environment("orders");
    private static readonly SubjectKey Shop = SubjectKey.Application("shop");

    private IStateStore store = null!;

    private protected ManualClock Clock { get; } = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test: a new one at first, the same one afterwards.</summary>
    private protected abstract Task<IStateStore> OpenAsync();

    /// <summary>How many transactions the store has committed since it was opened.</summary>
    private protected abstract long TransactionsOf(IStateStore store);

    public virtual async ValueTask InitializeAsync() => store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)store).DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_enqueued_operation_is_found_as_it_was_given()
    {
        await MakeAvailableAsync("op-0", Orders);
        await MakeAvailableAsync("op-00", SubjectKey.Container("web"));
        var operation = await CreateAsync("op-1", Shop, Orders, SubjectKey.Container("web"));

        Assert.Equivalent(operation, await store.FindOperationAsync("op-1", Cancellation), strict: true);
        Assert.Null(await store.FindOperationAsync("op-2", Cancellation));
    }

    [Fact]
    public async Task An_enqueued_creation_has_its_subject_and_its_first_entry()
    {
        await MakeAvailableAsync("op-0", Orders);
        var operation = await CreateAsync("op-1", Shop, Orders);

        Assert.Equivalent(Sample.Subject(operation), await store.FindSubjectAsync(Shop, Cancellation), strict: true);
        var record = Assert.Single(await store.ReadJournalAsync("op-1", 0, 100, Cancellation));
        Assert.Equal(new JournalRecord(record.Position, "op-1", 1, Clock.GetUtcNow(), new OperationQueued("ann")), record);
    }

    [Fact]
    public async Task Entries_of_every_type_are_read_as_they_were_appended_in_order()
    {
        await CreateAsync("op-1", Orders);
        Clock.Advance(TimeSpan.FromTicks(12345));

        await store.AppendAsync("op-1", Sample.EveryEntry, Cancellation);

        var records = (await JournalAsync()).Skip(1).ToList();
        Assert.Equivalent(Sample.EveryEntry, records.ConvertAll(record => record.Entry), strict: true);
        Assert.Equal(Sample.EveryEntry.Select(entry => entry.GetType()), records.Select(record => record.Entry.GetType()));
        Assert.Equal(Enumerable.Range(2, records.Count).Select(n => (long)n), records.Select(record => record.Sequence));
        Assert.All(records, record => Assert.Equal(Clock.GetUtcNow(), record.At));
        Assert.Equal(typeof(JournalEntry).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(JournalEntry))),
            Sample.EveryEntry.Select(entry => entry.GetType()).Distinct().Count());
    }

    [Fact]
    public async Task Positions_increase_over_all_operations_and_the_journal_is_read_on_from_any()
    {
        await CreateAsync("op-1", Orders);
        await CreateAsync("op-2", Shop);
        for (var i = 0; i < 3; i++)
        {
            await store.AppendAsync("op-1", [new ObjectProgressed("a", $"{i}"), new ObjectProgressed("b", $"{i}")], Cancellation);
            await store.AppendAsync("op-2", [new ObjectProgressed("c", $"{i}")], Cancellation);
        }

        var all = await JournalAsync();
        Assert.Equal(11, all.Count);
        Assert.Equal(all.Select(record => record.Position).Order().Distinct(), all.Select(record => record.Position));
        Assert.Equal(all.Skip(4).Take(3), await store.ReadJournalAsync(null, all[3].Position, 3, Cancellation));
        Assert.Equal(
            all.Skip(4).Where(record => record.OperationId == "op-2"),
            await store.ReadJournalAsync("op-2", all[3].Position, 100, Cancellation));
        Assert.Empty(await store.ReadJournalAsync(null, all[^1].Position, 100, Cancellation));
    }

    [Fact]
    public async Task Appending_to_an_unknown_operation_is_refused_and_writes_nothing()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => store.AppendAsync("op-9", [new OperationStarted(Resumed: false)], Cancellation));

        Assert.Contains("op-9", fault.Message, StringComparison.Ordinal);
        Assert.Empty(await JournalAsync());
    }

    [Fact]
    public async Task An_append_that_the_projection_refuses_leaves_nothing_of_itself()
    {
        await CreateAsync("op-1", Orders);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => store.AppendAsync("op-1", [new OperationStarted(Resumed: false), Sample.Intended("a"), Sample.Ready("b")], Cancellation));

        Assert.Single(await JournalAsync());
        Assert.Equal(OperationState.Queued, (await store.FindOperationAsync("op-1", Cancellation))!.State);
        Assert.Empty(await store.ListObjectsAsync("id-orders", Cancellation));
        await store.AppendAsync("op-1", [new OperationStarted(Resumed: false)], Cancellation);
        Assert.Equal(2, (await JournalAsync())[^1].Sequence);
    }

    [Fact]
    public async Task Entries_change_the_rows_as_the_projection_says()
    {
        await CreateAsync("op-1", Orders);
        await store.AppendAsync(
            "op-1", [new OperationStarted(Resumed: false), Sample.Intended("b"), Sample.Intended("a", holdsData: true, "b")], Cancellation);
        Assert.Equal(OperationState.Running, (await store.FindOperationAsync("op-1", Cancellation))!.State);
        Assert.Equal(["b", "a"], (await store.ListObjectsAsync("id-orders", Cancellation)).Select(record => record.Key));

        await store.AppendAsync("op-1", [Sample.Ready("a"), Sample.Ready("b"), Sample.Ended(OperationState.Succeeded)], Cancellation);

        var operation = (await store.FindOperationAsync("op-1", Cancellation))!;
        Assert.Equal((OperationState.Succeeded, (DateTimeOffset?)Clock.GetUtcNow()), (operation.State, operation.EndedAt));
        var subject = (await store.FindSubjectAsync(Orders, Cancellation))!;
        Assert.Equal(SubjectStatus.Available, subject.Status);
        Assert.Equivalent(Sample.Outputs, subject.Outputs, strict: true);
        var objects = await store.ListObjectsAsync("id-orders", Cancellation);
        Assert.Equivalent(
            new ObjectRecord(
                Orders, "id-orders", "op-1", "a", "docker/volume", "orders-a", """{"name":"a"}""", """{"id":"a"}""", ["b"], true,
                ObjectStatus.Ready),
            objects[1],
            strict: true);
    }

    [Fact]
    public async Task What_has_lost_an_object_remembers_that_of_its_outputs()
    {
        await CreateAsync("op-1", Orders);
        await store.AppendAsync("op-1", [Sample.Intended("mysql.orders/instance"), Sample.Ended(OperationState.Succeeded)], Cancellation);
        Assert.False((await store.FindSubjectAsync(Orders, Cancellation))!.HasForgotten("mysql.orders"));

        await store.EnqueueAsync([new(Sample.Operation("op-2", Orders, OperationKind.Update), null)], Cancellation);
        await store.AppendAsync("op-2", [new ObjectForgotten("mysql.orders/instance")], Cancellation);

        var subject = (await store.FindSubjectAsync(Orders, Cancellation))!;
        Assert.True(subject.HasForgotten("mysql.orders"));
        Assert.Equal(new("protected:abc", Secret: true, Forgotten: true), subject.Outputs["mysql.orders"]["Password"]);
        Assert.Empty(await store.ListObjectsAsync("id-orders", Cancellation));
    }

    [Fact]
    public async Task An_object_intended_again_keeps_its_place_and_one_deleted_and_intended_in_one_append_is_there()
    {
        await CreateAsync("op-1", Orders);
        await store.AppendAsync("op-1", [Sample.Intended("a"), Sample.Intended("b"), Sample.Intended("c")], Cancellation);
        await store.AppendAsync(
            "op-1",
            [Sample.Intended("a", holdsData: true), new ObjectDeleted("b"), Sample.Intended("b"), Sample.Ready("b"), new ObjectDeleted("c"),
                new ObjectDeleted("c")],
            Cancellation);

        var objects = await store.ListObjectsAsync("id-orders", Cancellation);

        Assert.Equal([("a", ObjectStatus.Intended, true), ("b", ObjectStatus.Ready, false)],
            objects.Select(record => (record.Key, record.Status, record.HoldsData)));
    }

    [Fact]
    public async Task Kept_objects_and_the_history_outlive_their_subject()
    {
        await MakeAvailableAsync("op-1", Orders, "volume", "network");
        await store.EnqueueAsync(Sample.Operation("op-2", Orders, OperationKind.Delete, keepData: true), null, Cancellation);
        await store.AppendAsync(
            "op-2",
            [new OperationStarted(Resumed: false), new ObjectDeleting("network"), new ObjectDeleted("network"),
                new ObjectKept("volume", "orders-volume"), Sample.Ended(OperationState.Succeeded)],
            Cancellation);

        Assert.Null(await store.FindSubjectAsync(Orders, Cancellation));
        var kept = Assert.Single(await store.ListObjectsAsync("id-orders", Cancellation));
        Assert.Equal(("volume", ObjectStatus.Kept), (kept.Key, kept.Status));
        Assert.Equal(["op-2", "op-1"], (await store.ListOperationsAsync(new(Orders), Cancellation)).Select(operation => operation.Id));
        Assert.Equal(6, (await store.ReadJournalAsync("op-2", 0, 100, Cancellation)).Count);
    }

    [Fact]
    public async Task Nothing_comes_after_the_end_of_an_operation()
    {
        await MakeAvailableAsync("op-1", Orders);
        var before = await JournalAsync();

        await Assert.ThrowsAsync<OperationEndedException>(() => store.AppendAsync("op-1", [new CancelRequested("bob")], Cancellation));

        Assert.Equal(before.Count, (await JournalAsync()).Count);
    }

    [Fact]
    public async Task What_is_held_or_to_be_deleted_must_still_be_there()
    {
        var deployment = Sample.Operation("op-1", Shop, holds: Orders);
        var deletion = Sample.Operation("op-2", Orders, OperationKind.Delete);

        Assert.Equal(Orders, (await Assert.ThrowsAsync<SubjectChangedException>(
            () => store.EnqueueAsync(deployment, Sample.Subject(deployment), Cancellation))).Subject);
        Assert.Equal(Orders, (await Assert.ThrowsAsync<SubjectChangedException>(() => store.EnqueueAsync(deletion, null, Cancellation))).Subject);
        await MakeAvailableAsync("op-3", Orders);
        await Assert.ThrowsAsync<SubjectChangedException>(
            () => store.EnqueueAsync(deletion with { SubjectId = "another-life" }, null, Cancellation));
        Assert.Null(await store.FindSubjectAsync(Shop, Cancellation));
    }

    [Fact]
    public async Task An_operation_may_be_enqueued_behind_those_that_it_comes_after()
    {
        await MakeAvailableAsync("op-0", Orders);
        await MakeAvailableAsync("op-00", Shop);
        await store.EnqueueAsync(Sample.Operation("op-1", Shop, OperationKind.Delete, holds: Orders), null, Cancellation);

        await Assert.ThrowsAsync<OperationConflictException>(
            () => store.EnqueueAsync(Sample.Operation("op-2", Orders, OperationKind.Delete), null, Cancellation));
        await store.EnqueueAsync(Sample.Operation("op-2", Orders, OperationKind.Delete, after: ["op-1"]), null, Cancellation);

        Assert.Equal(["op-1"], (await store.FindOperationAsync("op-2", Cancellation))!.Request.After);
    }

    [Fact]
    public async Task Subjects_are_listed_by_kind_in_the_order_of_their_names()
    {
        await CreateAsync("op-1", SubjectKey.Environment("b"));
        await CreateAsync("op-2", SubjectKey.Environment("a-1"));
        await CreateAsync("op-3", SubjectKey.Application("a"));
        await CreateAsync("op-4", SubjectKey.Environment("a"));

        var environments = await store.ListSubjectsAsync(SubjectKind.Environment, Cancellation);

        Assert.Equal(["a", "a-1", "b"], environments.Select(subject => subject.Key.Name));
        Assert.Empty(await store.ListSubjectsAsync(SubjectKind.Container, Cancellation));
    }

    [Fact]
    public async Task Subjects_are_listed_in_parts_and_filtered()
    {
        await MakeAvailableAsync("op-1", SubjectKey.Environment("a-1"));
        await CreateAsync("op-2", SubjectKey.Environment("a_2"));
        await CreateAsync("op-3", SubjectKey.Environment("ab1"));
        await MakeAvailableAsync("op-4", SubjectKey.Environment("b"));
        await CreateAsync("op-5", SubjectKey.Application("a-x"), SubjectKey.Environment("b"));
        await CreateAsync("op-6", SubjectKey.Application("a-y"), SubjectKey.Environment("a-1"));
        var all = new SubjectFilter(SubjectKind.Environment);

        Assert.Equal(["a-1", "a_2"], await NamesAsync(all with { Limit = 2 }));
        Assert.Equal(["ab1", "b"], await NamesAsync(all with { After = "a_2", Limit = 5 }));
        Assert.Empty(await NamesAsync(all with { After = "b" }));
        Assert.Equal(["ab1", "b"], await NamesAsync(all with { After = "aa" }));
        Assert.Equal(["a-1", "a_2", "ab1"], await NamesAsync(all with { Name = "A*" }));
        Assert.Equal(["a-1", "ab1"], await NamesAsync(all with { Name = "*1" }));
        Assert.Equal(["a_2"], await NamesAsync(all with { Name = "a_*" }));
        Assert.Empty(await NamesAsync(all with { Name = "%" }));
        Assert.Equal(["a-1", "b"], await NamesAsync(all with { Status = SubjectStatus.Available }));
        Assert.Equal(["a_2"], await NamesAsync(all with { Status = SubjectStatus.Creating, Name = "a*", Limit = 1 }));
        Assert.Equal(4, (await NamesAsync(all with { Cloud = "local" })).Count());
        Assert.Empty(await NamesAsync(all with { Cloud = "aws" }));
        Assert.Equal(["a-x"], await NamesAsync(new(SubjectKind.Application) { Environments = ["b", "c"] }));

        async Task<IEnumerable<string>> NamesAsync(SubjectFilter filter) =>
            (await store.ListSubjectsAsync(filter, Cancellation)).Select(subject => subject.Key.Name);
    }

    [Fact]
    public async Task Operations_are_listed_newest_first_and_filtered()
    {
        await store.EnqueueAsync(Sample.Operation("op-b", Orders, requestedAt: Sample.Time.AddMilliseconds(1)), null, Cancellation);
        await store.AppendAsync("op-b", [Sample.Ended(OperationState.Succeeded)], Cancellation);
        await store.EnqueueAsync(Sample.Operation("op-a", Orders, requestedAt: Sample.Time.AddMilliseconds(2)), null, Cancellation);
        await store.EnqueueAsync(
            Sample.Operation("op-c", Shop, requestedAt: new(2026, 11, 22, 11, 0, 0, TimeSpan.FromHours(2))), null, Cancellation);

        Assert.Equal(["op-a", "op-b", "op-c"], await IdsAsync(new()));
        Assert.Equal(["op-a", "op-b"], await IdsAsync(new(Orders)));
        Assert.Equal(["op-a", "op-c"], await IdsAsync(new(UnderWay: true)));
        Assert.Equal(["op-a"], await IdsAsync(new(Limit: 1)));
        Assert.Equal(["op-c"], await IdsAsync(new() { Among = [Shop, SubjectKey.Container("shop")] }));

        async Task<IEnumerable<string>> IdsAsync(OperationFilter filter) =>
            (await store.ListOperationsAsync(filter, Cancellation)).Select(operation => operation.Id);
    }

    [Fact]
    public async Task The_journal_adds_up_to_the_rows()
    {
        List<Operation> asked = [];
        await RunAsync(Sample.Operation("op-1", Orders), OperationState.Succeeded);
        await RunAsync(Sample.Operation("op-2", Shop, keepOnFailure: true, holds: Orders), OperationState.Kept);
        await RunAsync(Sample.Operation("op-3", SubjectKey.Container("web")), OperationState.RolledBack);
        await RunAsync(Sample.Operation("op-4", Shop, OperationKind.Delete), null);

        var facts = Fold.Of(asked, await JournalAsync());

        Assert.Equivalent(facts.Operations.Values, (await store.ListOperationsAsync(new(), Cancellation)).Reverse(), strict: true);
        var subjects = new List<SubjectRecord>();
        foreach (var kind in Enum.GetValues<SubjectKind>())
        {
            subjects.AddRange(await store.ListSubjectsAsync(kind, Cancellation));
        }

        Assert.Equal(2, subjects.Count);
        Assert.Equivalent(facts.Subjects.Values.OrderBy(subject => subject.Key.Kind), subjects, strict: true);
        foreach (var id in asked.Select(operation => operation.SubjectId).Distinct())
        {
            Assert.Equivalent(
                facts.Objects.Values.Where(record => record.SubjectId == id), await store.ListObjectsAsync(id, Cancellation), strict: true);
        }

        async Task RunAsync(Operation operation, OperationState? end)
        {
            asked.Add(operation);
            var create = operation.Kind == OperationKind.Create;
            await store.EnqueueAsync(operation, create ? Sample.Subject(operation) : null, Cancellation);
            List<JournalEntry> entries = create
                ? [new OperationStarted(false), Sample.Intended("a"), Sample.Intended("b", true, "a"), Sample.Ready("a")]
                : [new OperationStarted(false), new ObjectDeleting("b"), new CancelRequested("bob")];
            entries.AddRange(end switch
            {
                OperationState.Succeeded => [Sample.Ready("b")],
                OperationState.Kept => [Sample.Failing("b")],
                OperationState.RolledBack => [Sample.Failing("b"), new ObjectDeleted("b"), new ObjectKept("a", "orders-a")],
                _ => Array.Empty<JournalEntry>(),
            });
            foreach (var entry in end is { } state ? [.. entries, Sample.Ended(state)] : entries)
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                await store.AppendAsync(operation.Id, [entry], Cancellation);
            }
        }
    }

    private async Task<Operation> CreateAsync(string id, SubjectKey subject, params SubjectKey[] holds)
    {
        var operation = Sample.Operation(id, subject, holds: holds);
        await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
        return operation;
    }

    private async Task MakeAvailableAsync(string id, SubjectKey subject, params string[] objects)
    {
        await CreateAsync(id, subject);
        await store.AppendAsync(
            id,
            [.. objects.Select(key => Sample.Intended(key)), .. objects.Select(Sample.Ready), Sample.Ended(OperationState.Succeeded)],
            Cancellation);
    }

    private Task<IReadOnlyList<JournalRecord>> JournalAsync() => store.ReadJournalAsync(null, 0, int.MaxValue, Cancellation);
}

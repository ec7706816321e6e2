using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Tests.Conformance;

public abstract partial class StateStoreConformance
{
    [Fact]
    public async Task Operations_that_belong_together_are_accepted_in_one_transaction_and_do_not_stand_in_each_others_way()
    {
        await MakeAvailableAsync("op-0", Orders);
        await MakeAvailableAsync("op-00", Shop);
        var before = TransactionsOf(store);
        var application = Sample.Operation("op-1", Shop, OperationKind.Delete, holds: Orders);
        var environment = Sample.Operation("op-2", Orders, OperationKind.Delete, after: ["op-1"]);

        var last = await store.EnqueueAsync([new(application, null), new(environment, null)], Cancellation);

        Assert.Equivalent(environment, last, strict: true);
        Assert.Equal(1, TransactionsOf(store) - before);
        Assert.Equal(["op-1", "op-2"], (await JournalAsync()).Where(record => record.Sequence == 1).Skip(2).Select(record => record.OperationId));
        Assert.Equal(2, (await store.ListOperationsAsync(new(UnderWay: true), Cancellation)).Count);
    }

    [Fact]
    public async Task What_one_of_them_creates_the_next_may_hold()
    {
        var environment = Sample.Operation("op-1", Orders);
        var application = Sample.Operation("op-2", Shop, holds: Orders);

        await store.EnqueueAsync(
            [new(environment, Sample.Subject(environment)), new(application, Sample.Subject(application))], Cancellation);

        Assert.NotNull(await store.FindSubjectAsync(Shop, Cancellation));
    }

    [Fact]
    public async Task When_one_of_them_is_refused_none_is_accepted_and_those_who_share_the_transaction_are_not_harmed()
    {
        await CreateAsync("op-0", Orders);
        var good = Sample.Operation("op-1", Shop);
        var bad = Sample.Operation("op-2", Orders);
        List<Task> refused = [], accepted = [];
        for (var i = 0; i < 10; i++)
        {
            refused.Add(store.EnqueueAsync([new(good, Sample.Subject(good)), new(bad, Sample.Subject(bad))], Cancellation));
            accepted.Add(store.AppendAsync("op-0", [new ObjectProgressed("a", $"{i}")], Cancellation));
        }

        foreach (var attempt in refused)
        {
            Assert.Equal("op-0", (await Assert.ThrowsAsync<OperationConflictException>(() => attempt)).Holder.Id);
        }

        await Task.WhenAll(accepted);
        Assert.Equal(11, (await JournalAsync()).Count);
        Assert.Null(await store.FindSubjectAsync(Shop, Cancellation));
        Assert.Null(await store.FindOperationAsync("op-1", Cancellation));
        await store.EnqueueAsync(good, Sample.Subject(good), Cancellation);
    }

    [Theory]
    [InlineData(OperationKind.Update)]
    [InlineData(OperationKind.Run)]
    [InlineData(OperationKind.Delete)]
    public async Task What_an_operation_works_on_must_be_there_in_the_same_life_unless_it_creates_it(OperationKind kind)
    {
        var operation = Sample.Operation("op-2", Orders, kind);
        await Assert.ThrowsAsync<SubjectChangedException>(() => store.EnqueueAsync(operation, null, Cancellation));
        await MakeAvailableAsync("op-1", Orders);

        await Assert.ThrowsAsync<SubjectChangedException>(
            () => store.EnqueueAsync(operation with { SubjectId = "another-life" }, null, Cancellation));
        await store.EnqueueAsync(operation, null, Cancellation);

        Assert.Equal(kind, (await store.FindOperationAsync("op-2", Cancellation))!.Kind);
        Assert.Equal("op-2", (await Assert.ThrowsAsync<OperationConflictException>(
            () => store.EnqueueAsync(Sample.Operation("op-3", Orders, OperationKind.Run), null, Cancellation))).Holder.Id);
    }

    [Fact]
    public async Task What_an_update_asks_for_is_kept_with_it()
    {
        await MakeAvailableAsync("op-1", Orders);
        var asked = Sample.Operation("op-2", Orders, OperationKind.Update);
        asked = asked with { Request = asked.Request with { Action = "scale", Desired = new() { Revision = 4, Replicas = 3 } } };

        await store.EnqueueAsync(asked, null, Cancellation);

        Assert.Equivalent(asked, await store.FindOperationAsync("op-2", Cancellation), strict: true);
    }

    [Fact]
    public async Task A_request_that_is_repeated_meets_what_the_first_has_started_and_changes_nothing()
    {
        await MakeAvailableAsync("op-0", Orders);
        await MakeAvailableAsync("op-00", Shop);
        var last = await store.EnqueueAsync(Deletion("op-9", "op-1"), Cancellation);
        var journal = await JournalAsync();

        Assert.Equivalent(last, await store.EnqueueAsync(Deletion("op-10", "op-11"), Cancellation), strict: true);
        await store.AppendAsync("op-1", [Sample.Ended(OperationState.Succeeded)], Cancellation);

        var again = await store.EnqueueAsync(Deletion("op-20", "op-21"), Cancellation);

        Assert.Equal(("op-1", OperationState.Succeeded), (again.Id, again.State));
        Assert.Equivalent(again, await store.FindRequestedAsync("key-1", Cancellation), strict: true);
        Assert.Null(await store.FindRequestedAsync("key-2", Cancellation));
        Assert.Equal(journal.Count + 1, (await JournalAsync()).Count);

        static IReadOnlyList<NewOperation> Deletion(string application, string environment) =>
        [
            new(Sample.Operation(application, Shop, OperationKind.Delete, requestKey: "key-1", holds: Orders), null),
            new(Sample.Operation(environment, Orders, OperationKind.Delete, requestKey: "key-1", after: [application]), null),
        ];
    }

    [Fact]
    public async Task Of_one_request_that_comes_many_times_at_once_one_is_accepted()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
        {
            var operation = Sample.Operation($"op-{i}", Orders, requestKey: "key-1");
            return store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
        }));

        var accepted = Assert.Single(await store.ListOperationsAsync(new(), Cancellation));
        Assert.All(answers, answer => Assert.Equal(accepted.Id, answer.Id));
    }

    [Fact]
    public async Task When_a_subject_expires_can_be_set_and_unset_while_it_lives()
    {
        await MakeAvailableAsync("op-1", Orders);
        var subject = (await store.FindSubjectAsync(Orders, Cancellation))!;
        var journal = await JournalAsync();

        await store.UpdateSubjectExpiryAsync(Orders, subject.Id, Sample.Time.AddDays(1), Cancellation);
        Assert.Equivalent(
            subject with { ExpiresAt = Sample.Time.AddDays(1) }, await store.FindSubjectAsync(Orders, Cancellation), strict: true);
        await store.UpdateSubjectExpiryAsync(Orders, subject.Id, null, Cancellation);
        Assert.Null((await store.FindSubjectAsync(Orders, Cancellation))!.ExpiresAt);

        await Assert.ThrowsAsync<SubjectChangedException>(
            () => store.UpdateSubjectExpiryAsync(Orders, "another-life", Sample.Time, Cancellation));
        await Assert.ThrowsAsync<SubjectChangedException>(() => store.UpdateSubjectExpiryAsync(Shop, subject.Id, Sample.Time, Cancellation));
        Assert.Equal(journal.Count, (await JournalAsync()).Count);
    }
}

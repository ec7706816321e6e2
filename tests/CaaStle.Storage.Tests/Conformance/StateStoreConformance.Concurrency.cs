using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Tests.Conformance;

public abstract partial class StateStoreConformance
{
    [Theory]
    [InlineData("environment", "", "environment", "", true)]
    [InlineData("application", "environment", "environment", "", true)]
    [InlineData("environment", "", "application", "environment", true)]
    [InlineData("application", "environment", "application", "", true)]
    [InlineData("application", "environment", "container", "environment", false)]
    [InlineData("environment", "", "application", "", false)]
    [InlineData("environment", "", "application", "container", false)]
    public async Task An_operation_conflicts_with_one_that_works_on_or_holds_its_subject_or_works_on_what_it_would_hold(
        string subject, string held, string otherSubject, string otherHeld, bool conflicts)
    {
        var first = Asked("op-1", subject, held);
        var second = Asked("op-2", otherSubject, otherHeld);
        foreach (var needed in first.Holds.Concat(second.Holds).Distinct())
        {
            await MakeAvailableAsync($"op-{needed.Kind}", needed);
        }

        await store.EnqueueAsync(first, null, Cancellation);

        var attempt = store.EnqueueAsync(second, null, Cancellation);

        if (conflicts)
        {
            Assert.Equivalent(first, (await Assert.ThrowsAsync<OperationConflictException>(() => attempt)).Holder, strict: true);
            Assert.Null(await store.FindOperationAsync("op-2", Cancellation));
            await store.AppendAsync("op-1", [Sample.Ended(OperationState.Succeeded)], Cancellation);
            await store.EnqueueAsync(second, null, Cancellation);
        }
        else
        {
            await attempt;
        }

        Assert.NotNull(await store.FindOperationAsync("op-2", Cancellation));

        static Operation Asked(string id, string subject, string held) =>
            Sample.Operation(id, Key(subject), holds: held.Length == 0 ? [] : [Key(held)]);

        static SubjectKey Key(string kind) => new(Enum.Parse<SubjectKind>(kind, ignoreCase: true), "one");
    }

    [Fact]
    public async Task A_subject_that_exists_is_not_created_again()
    {
        await MakeAvailableAsync("op-1", Orders);
        var again = Sample.Operation("op-2", Orders);

        var fault = await Assert.ThrowsAsync<SubjectExistsException>(
            () => store.EnqueueAsync(again, Sample.Subject(again), Cancellation));

        Assert.Equal(Orders, fault.Subject);
        Assert.Null(await store.FindOperationAsync("op-2", Cancellation));
    }

    [Fact]
    public async Task Of_many_that_ask_for_one_subject_at_once_one_gets_it()
    {
        var attempts = Enumerable.Range(0, 50).Select(async i =>
        {
            var operation = Sample.Operation($"op-{i}", Orders);
            try
            {
                await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
                return null;
            }
            catch (OperationConflictException conflict)
            {
                return conflict.Holder.Id;
            }
        });

        var holders = await Task.WhenAll(attempts);

        var winner = Assert.Single(await store.ListOperationsAsync(new(), Cancellation));
        Assert.Single(holders, holder => holder is null);
        Assert.All(holders.OfType<string>(), holder => Assert.Equal(winner.Id, holder));
        Assert.Single(await JournalAsync());
    }

    [Fact]
    public async Task A_hundred_at_once_share_transactions_and_every_operation_has_its_sequence_without_gaps()
    {
        const int Operations = 10, Appenders = 100;
        for (var i = 0; i < Operations; i++)
        {
            await CreateAsync($"op-{i}", SubjectKey.Environment($"e{i}"));
        }

        var before = TransactionsOf(store);
        await Task.WhenAll(Enumerable.Range(0, Appenders).Select(i =>
            store.AppendAsync(
                $"op-{i % Operations}", [new ObjectProgressed("a", $"{i}"), new ObjectProgressed("b", $"{i}")], Cancellation)));

        var transactions = TransactionsOf(store) - before;
        Assert.InRange(transactions, 1, Appenders / 4);
        for (var i = 0; i < Operations; i++)
        {
            var records = await store.ReadJournalAsync($"op-{i}", 0, int.MaxValue, Cancellation);
            Assert.Equal(Enumerable.Range(1, 21).Select(n => (long)n), records.Select(record => record.Sequence));
            Assert.All(records.Skip(1).Chunk(2), pair => Assert.Equal(Word(pair[0]), Word(pair[1])));
        }

        static string Word(JournalRecord record) => ((ObjectProgressed)record.Entry).Word;
    }

    [Fact]
    public async Task A_write_that_is_refused_does_not_harm_those_that_share_its_transaction()
    {
        await CreateAsync("op-1", Orders);
        List<Task> good = [], bad = [];
        for (var i = 0; i < 50; i++)
        {
            good.Add(store.AppendAsync("op-1", [new ObjectProgressed("a", $"{i}")], Cancellation));
            bad.Add(store.AppendAsync("op-1", [new ObjectProgressed("a", "bad"), Sample.Ready("never intended")], Cancellation));
        }

        await Task.WhenAll(good);

        foreach (var refused in bad)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => refused);
        }

        var words = (await JournalAsync()).Select(record => record.Entry).OfType<ObjectProgressed>().Select(entry => entry.Word);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), words);
    }

    [Fact]
    public async Task A_write_that_is_cancelled_before_it_began_is_not_made()
    {
        await CreateAsync("op-1", Orders);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => store.AppendAsync("op-1", [new OperationStarted(Resumed: false)], new(canceled: true)));

        Assert.Single(await JournalAsync());
    }

    [Fact]
    public async Task Who_waits_for_entries_is_woken_when_they_can_be_read()
    {
        await CreateAsync("op-1", Orders);
        var last = (await JournalAsync())[^1].Position;
        await store.WaitForEntriesAsync(last - 1, Cancellation);
        var waits = Enumerable.Range(0, 20).Select(_ => store.WaitForEntriesAsync(last, Cancellation)).ToList();
        using var abandoned = new CancellationTokenSource();
        var abandonedWait = store.WaitForEntriesAsync(last, abandoned.Token);
        await abandoned.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandonedWait);
        Assert.All(waits, wait => Assert.False(wait.IsCompleted));

        await store.AppendAsync("op-1", [new OperationStarted(Resumed: false)], Cancellation);

        await Task.WhenAll(waits);
        Assert.Single(await store.ReadJournalAsync(null, last, 10, Cancellation));
    }

    [Fact]
    public async Task A_reader_that_follows_sees_every_entry_once_in_order_while_many_write()
    {
        await CreateAsync("op-1", Orders);
        var follower = Task.Run(
            async () =>
            {
                List<long> seen = [];
                for (var position = 0L; seen.Count < 201;)
                {
                    await store.WaitForEntriesAsync(position, Cancellation);
                    var records = await store.ReadJournalAsync("op-1", position, 7, Cancellation);
                    Assert.NotEmpty(records);
                    seen.AddRange(records.Select(record => record.Sequence));
                    position = records[^1].Position;
                }

                return seen;
            },
            Cancellation);

        await Parallel.ForAsync(
            0, 200, Cancellation, async (i, _) => await store.AppendAsync("op-1", [new ObjectProgressed("a", $"{i}")], Cancellation));

        Assert.Equal(Enumerable.Range(1, 201).Select(n => (long)n), await follower);
    }

    [Fact]
    public async Task All_is_there_after_the_store_was_closed_and_opened_again()
    {
        var installation = store.InstallationId;
        await MakeAvailableAsync("op-1", Orders, "volume");
        var journal = await JournalAsync();
        var subject = await store.FindSubjectAsync(Orders, Cancellation);

        await ReopenAsync();

        Assert.Equal(installation, store.InstallationId);
        Assert.Equivalent(journal, await JournalAsync(), strict: true);
        Assert.Equivalent(subject, await store.FindSubjectAsync(Orders, Cancellation), strict: true);
        Assert.Single(await store.ListObjectsAsync("id-orders", Cancellation));
        await store.WaitForEntriesAsync(journal[^1].Position - 1, Cancellation);
        Assert.False(store.WaitForEntriesAsync(journal[^1].Position, Cancellation).IsCompleted);
        await CreateAsync("op-2", Shop);
        Assert.True((await JournalAsync())[^1].Position > journal[^1].Position);
    }

    [Fact]
    public async Task Closing_finishes_what_was_accepted_and_refuses_what_comes_after()
    {
        await CreateAsync("op-1", Orders);
        var last = (await JournalAsync())[^1].Position;
        var writes = Enumerable.Range(0, 20)
            .Select(i => store.AppendAsync("op-1", [new ObjectProgressed("a", $"{i}")], Cancellation)).ToList();
        var closed = store;
        var wait = closed.WaitForEntriesAsync(last + 1000, Cancellation);

        await ReopenAsync();

        await Task.WhenAll(writes);
        Assert.Equal(21, (await JournalAsync()).Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => closed.AppendAsync("op-1", [new OperationStarted(Resumed: false)], Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
    }

    private async Task ReopenAsync()
    {
        await ((IAsyncDisposable)store).DisposeAsync();
        store = await OpenAsync();
    }
}

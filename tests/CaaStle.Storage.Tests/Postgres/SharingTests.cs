using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Storage.Postgres;
using CaaStle.Storage.Tests.Conformance;

namespace CaaStle.Storage.Tests.Postgres;

/// <summary>Two servers on one database.</summary>
public sealed class SharingTests(PostgresCluster cluster) : IAsyncLifetime
{
    private static readonly SubjectKey Orders = SubjectKey.Environment("orders");
    private static readonly TimeSpan Long = TimeSpan.FromHours(1), Short = TimeSpan.FromSeconds(1);

    private readonly Relay relay = new(cluster);
    private readonly List<PostgresStateStore> opened = [];
    private string address = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => address = await cluster.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var store in opened)
        {
            await store.DisposeAsync();
        }

        await relay.DisposeAsync();
    }

    [Fact]
    public async Task Who_accepts_an_operation_has_it_and_nobody_else_appends_to_it_but_the_wish_to_cancel()
    {
        var (one, other) = (await OpenAsync("one"), await OpenAsync("other"));
        await EnqueueAsync(one, "op-1", Orders);

        Assert.Null(await other.TakeAsync("op-1", Cancellation));
        await Assert.ThrowsAsync<OperationTakenException>(() => StartAsync(other));
        await other.AppendAsync("op-1", [new CancelRequested("bob")], Cancellation);
        Assert.False((await one.TakeAsync("op-1", Cancellation))!.Value.IsCancellationRequested);
        await StartAsync(one);

        Assert.Equal(
            [typeof(OperationQueued), typeof(CancelRequested), typeof(OperationStarted)],
            (await other.ReadJournalAsync("op-1", 0, 10, Cancellation)).Select(record => record.Entry.GetType()));
        Assert.Empty(await other.ListFreeAsync(Cancellation));
    }

    [Fact]
    public async Task Wishes_to_cancel_are_heard_of_after_the_last_one_and_while_the_operation_is_under_way()
    {
        var (one, other) = (await OpenAsync("one"), await OpenAsync("other"));
        await EnqueueAsync(one, "op-1", Orders);
        await EnqueueAsync(one, "op-2", SubjectKey.Environment("shop"));
        await one.AppendAsync("op-1", [new ObjectProgressed("a", "cancel-requested")], Cancellation);
        await other.AppendAsync("op-1", [new CancelRequested("bob")], Cancellation);

        var wish = Assert.Single(await one.ReadWishesAsync(0, Cancellation));
        await other.AppendAsync("op-1", [new CancelRequested("bob") { Keep = true }], Cancellation);

        Assert.Equal("op-1", wish.OperationId);
        Assert.Equal(new CancelRequested("bob") { Keep = true }, Assert.Single(await one.ReadWishesAsync(wish.Position, Cancellation)).Entry);
        await one.AppendAsync("op-1", [Sample.Ended(OperationState.Kept)], Cancellation);
        Assert.Empty(await one.ReadWishesAsync(0, Cancellation));
    }

    [Fact]
    public async Task What_a_server_had_that_was_closed_is_free_at_once_and_one_of_those_who_want_it_gets_it()
    {
        var gone = await OpenAsync("gone");
        await EnqueueAsync(gone, "op-1", Orders);
        var others = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => OpenAsync($"other {i}")));
        Assert.Empty(await others[0].ListFreeAsync(Cancellation));
        await gone.DisposeAsync();
        Assert.Equal(["op-1"], await others[0].ListFreeAsync(Cancellation));

        var taken = await Task.WhenAll(others.Select(other => other.TakeAsync("op-1", Cancellation)));

        Assert.Single(taken, token => token is not null);
        Assert.Empty(await others[0].ListFreeAsync(Cancellation));
    }

    [Fact]
    public async Task A_server_that_starts_anew_has_at_once_what_it_had_before_and_what_it_was_before_has_nothing()
    {
        var before = await OpenAsync("one");
        await EnqueueAsync(before, "op-1", Orders);
        Assert.NotNull(await before.TakeAsync("op-1", Cancellation));

        var after = await OpenAsync("one");
        Assert.Equal(["op-1"], await after.ListFreeAsync(Cancellation));
        Assert.NotNull(await after.TakeAsync("op-1", Cancellation));

        await Assert.ThrowsAsync<OperationTakenException>(() => StartAsync(before));
        await StartAsync(after);
    }

    [Fact]
    public async Task Who_is_silent_for_too_long_loses_what_it_has_knows_it_and_never_gets_it_back_as_who_it_was()
    {
        var silent = await OpenAsync("silent", Short, relay.Through(address));
        await EnqueueAsync(silent, "op-1", Orders);
        var other = await OpenAsync("other");
        var had = (await silent.TakeAsync("op-1", Cancellation))!.Value;
        relay.Cut();

        await UntilAsync(async () => await other.TakeAsync("op-1", Cancellation) is not null);

        await UntilAsync(() => Task.FromResult(had.IsCancellationRequested));
        relay.Mend();
        await Assert.ThrowsAsync<OperationTakenException>(() => StartAsync(silent));
        Assert.Null(await silent.TakeAsync("op-1", Cancellation));
        await StartAsync(other);
        Assert.Equal(2, (await other.ReadJournalAsync("op-1", 0, 10, Cancellation)).Count);
    }

    [Fact]
    public async Task Who_might_be_taken_for_dead_gives_up_what_it_has_even_if_nobody_takes_it()
    {
        var silent = await OpenAsync("silent", Short, relay.Through(address));
        await EnqueueAsync(silent, "op-1", Orders);
        var had = (await silent.TakeAsync("op-1", Cancellation))!.Value;
        relay.Cut();
        await UntilAsync(() => Task.FromResult(had.IsCancellationRequested));
        relay.Mend();

        await UntilAsync(async () => await silent.TakeAsync("op-1", Cancellation) is { IsCancellationRequested: false });
    }

    [Fact]
    public async Task Of_two_servers_that_are_asked_for_one_subject_at_once_one_accepts()
    {
        var (one, other) = (await OpenAsync("one"), await OpenAsync("other"));

        var refusals = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Record.ExceptionAsync(
            () => EnqueueAsync(i % 2 == 0 ? one : other, $"op-{i}", Orders)).AsTask()));

        Assert.Single(refusals, refusal => refusal is null);
        Assert.All(refusals.OfType<Exception>(), refusal => Assert.IsType<OperationConflictException>(refusal));
    }

    [Fact]
    public async Task A_reader_at_one_server_sees_every_entry_once_in_order_while_both_write()
    {
        const int Each = 100;
        var (one, other) = (await OpenAsync("one"), await OpenAsync("other"));
        var follower = Task.Run(
            async () =>
            {
                List<JournalRecord> seen = [];
                while (seen.Count < 2 * (Each + 1))
                {
                    await one.WaitForEntriesAsync(seen.Count == 0 ? 0 : seen[^1].Position, Cancellation);
                    seen.AddRange(await one.ReadJournalAsync(null, seen.Count == 0 ? 0 : seen[^1].Position, 7, Cancellation));
                }

                return seen;
            },
            Cancellation);

        await Task.WhenAll(WriteAsync(one, "op-1", Orders), WriteAsync(other, "op-2", SubjectKey.Environment("shop")));

        var journal = await follower;
        Assert.Equal(journal, await other.ReadJournalAsync(null, 0, int.MaxValue, Cancellation));
        Assert.Equal(journal.Select(record => record.Position).Order().Distinct(), journal.Select(record => record.Position));

        static async Task WriteAsync(PostgresStateStore store, string operationId, SubjectKey subject)
        {
            await EnqueueAsync(store, operationId, subject);
            for (var i = 0; i < Each; i++)
            {
                await store.AppendAsync(operationId, [new ObjectProgressed("a", $"{i}")], Cancellation);
            }
        }
    }

    private static Task<Operation> EnqueueAsync(PostgresStateStore store, string operationId, SubjectKey subject)
    {
        var operation = Sample.Operation(operationId, subject);
        return store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
    }

    private static Task StartAsync(PostgresStateStore store) => store.AppendAsync("op-1", [new OperationStarted(Resumed: false)], Cancellation);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancellation);
        }
    }

    private async Task<PostgresStateStore> OpenAsync(string server, TimeSpan? lease = null, string? through = null)
    {
        var store = await PostgresStateStore.OpenAsync(
            PostgresAddress.Parse(through ?? address), server, new ManualClock(), new TrueRandom(), lease ?? Long, Cancellation);
        opened.Add(store);
        return store;
    }
}

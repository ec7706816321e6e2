using CaaStle.Engine.Journal;
using CaaStle.Storage.Postgres;
using CaaStle.Storage.Tests.Conformance;

namespace CaaStle.Storage.Tests.Postgres;

/// <summary>A connection that breaks when the commit is on its way: the store finds out what became of it.</summary>
public sealed class LostCommitTests(PostgresCluster cluster) : IAsyncLifetime
{
    private readonly Relay relay = new(cluster);
    private string address = "";
    private PostgresStateStore store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        address = await cluster.CreateAsync();
        store = await PostgresStateStore.OpenAsync(
            PostgresAddress.Parse(relay.Through(address)), "server", new ManualClock(), new TrueRandom(), TimeSpan.FromHours(1), Cancellation);
        var operation = Sample.Operation("op-1", SubjectKey.Environment("orders"));
        await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await relay.DisposeAsync();
    }

    [Theory]
    [InlineData(Loss.BeforeCommit)]
    [InlineData(Loss.AfterCommit)]
    public async Task What_is_written_is_written_once(Loss loss)
    {
        relay.Next = loss;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.AppendAsync("op-1", [new ObjectProgressed("a", $"{i}")], Cancellation)));

        Assert.True(relay.Lost.Task.IsCompleted);
        await CheckAsync(20);
    }

    [Fact]
    public async Task A_commit_that_is_still_under_way_is_waited_for()
    {
        relay.Next = Loss.CommitIsLate;
        var append = store.AppendAsync("op-1", [new ObjectProgressed("a", "0")], Cancellation);
        await relay.Lost.Task;
        const string Waiting =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while (!append.IsCompleted && await PostgresCluster.ExecuteAsync(address, Waiting) == "0")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        }

        relay.LetGo();

        await append;
        await CheckAsync(1);
    }

    [Fact]
    public async Task What_became_of_it_is_asked_for_as_long_as_it_takes_even_when_others_have_taken_this_server_for_dead()
    {
        relay.Next = Loss.AfterCommit;
        var append = store.AppendAsync("op-1", [new ObjectProgressed("a", "0")], Cancellation);
        await relay.Lost.Task;
        relay.Cut();
        await PostgresCluster.ExecuteAsync(address, """UPDATE "Writers" SET "ExpiresAt" = NULL""");
        Assert.NotNull(await TakeAsAnotherAsync());

        relay.Mend();
        await append;

        await CheckAsync(1);
        await Assert.ThrowsAsync<Engine.Ports.OperationTakenException>(
            () => store.AppendAsync("op-1", [new ObjectProgressed("a", "1")], Cancellation));
        await CheckAsync(1);
    }

    [Fact]
    public async Task A_store_that_is_closed_before_it_is_known_says_so()
    {
        relay.Next = Loss.AfterCommit;
        var append = store.AppendAsync("op-1", [new ObjectProgressed("a", "0")], Cancellation);
        await relay.Lost.Task;
        relay.Cut();

        await store.DisposeAsync();

        if (await Record.ExceptionAsync(() => append) is { } told)
        {
            Assert.Equal(StoreProblem.OutcomeUnknown, Assert.IsType<StoreException>(told).Problem);
        }
    }

    /// <summary>That each word is there once, in the order in which they were asked for, and nothing else.</summary>
    private async Task CheckAsync(int words)
    {
        var records = await store.ReadJournalAsync("op-1", 0, int.MaxValue, Cancellation);
        Assert.Equal(Enumerable.Range(1, words + 1).Select(n => (long)n), records.Select(record => record.Sequence));
        Assert.Equal(
            Enumerable.Range(0, words).Select(i => $"{i}"), records.Select(record => record.Entry).OfType<ObjectProgressed>().Select(entry => entry.Word));
        await using var other = await OpenAnotherAsync();
        Assert.DoesNotContain((await other.CheckAsync(Cancellation)).Damage, line => line.Contains("op-1", StringComparison.Ordinal));
    }

    private async Task<CancellationToken?> TakeAsAnotherAsync()
    {
        await using var other = await OpenAnotherAsync();
        return await other.TakeAsync("op-1", Cancellation);
    }

    private Task<PostgresStateStore> OpenAnotherAsync() => PostgresStateStore.OpenAsync(
        PostgresAddress.Parse(address), "another", new ManualClock(), new TrueRandom(), TimeSpan.FromHours(1), Cancellation);
}

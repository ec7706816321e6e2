using System.Collections.Concurrent;
using CaaStle.Engine.Journal;
using CaaStle.Storage.Postgres;
using CaaStle.Storage.Tests.Conformance;

namespace CaaStle.Storage.Tests.Postgres;

/// <summary>The database crashes under load.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private const int Appenders = 8, Crashes = 3, Between = 40;

    private readonly PostgresCluster cluster = new() { IsDurable = true };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => cluster.InitializeAsync();

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task What_was_acknowledged_is_there_once_and_what_was_refused_is_not()
    {
        var address = await cluster.CreateAsync();
        await using var store = await OpenAsync(address, "one");
        await using var other = await OpenAsync(address, "other");
        for (var appender = 0; appender < Appenders; appender++)
        {
            var operation = Sample.Operation($"op-{appender}", SubjectKey.Environment($"e{appender}"));
            await (appender % 2 == 0 ? store : other).EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
        }

        ConcurrentBag<string> acknowledged = [], refused = [];
        using var enough = new CancellationTokenSource();
        var appending = Task.WhenAll(
            Enumerable.Range(0, Appenders).Select(i => AppendAsync(i % 2 == 0 ? store : other, i, acknowledged, refused, enough.Token)));
        for (var crash = 0; crash < Crashes; crash++)
        {
            var before = acknowledged.Count;
            while (acknowledged.Count < before + Between && !appending.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
            }

            await cluster.RestartAsync();
        }

        await enough.CancelAsync();
        await appending;

        var journal = await store.ReadJournalAsync(null, 0, int.MaxValue, Cancellation);
        var words = journal.Select(record => record.Entry).OfType<ObjectProgressed>().Select(entry => entry.Word).ToList();
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), words.Order(StringComparer.Ordinal));
        Assert.Empty(words.Intersect(refused));
        Assert.All(
            journal.GroupBy(record => record.OperationId),
            records => Assert.Equal(Enumerable.Range(1, records.Count()).Select(n => (long)n), records.Select(record => record.Sequence)));
        Assert.Empty((await store.CheckAsync(Cancellation)).Damage);
    }

    private static async Task AppendAsync(
        PostgresStateStore store, int appender, ConcurrentBag<string> acknowledged, ConcurrentBag<string> refused, CancellationToken enough)
    {
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            var word = $"{appender}-{i}";
            try
            {
                await store.AppendAsync($"op-{appender}", [new ObjectProgressed("a", word)], Cancellation);
                acknowledged.Add(word);
            }
            catch (StoreException failure) when (failure.Problem == StoreProblem.WriteFailed)
            {
                refused.Add(word);
            }
        }
    }

    private static Task<PostgresStateStore> OpenAsync(string address, string server) => PostgresStateStore.OpenAsync(
        PostgresAddress.Parse(address), server, TimeProvider.System, new TrueRandom(), TimeSpan.FromHours(1), Cancellation);
}

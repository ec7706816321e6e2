using CaaStle.Engine.Journal;
using CaaStle.Storage.Sqlite;
using CaaStle.Storage.Tests.Conformance;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CaaStle.Storage.Tests.Sqlite;

public sealed class EffortTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_append_takes_the_database_as_many_steps_however_long_the_journal_has_become()
    {
        var steps = 0L;
        await using var store = await SqliteStateStore.OpenAsync(
            folder.StorePath, new ManualClock(), new SeededRandom(1), Count, Cancellation);
        var operation = Sample.Operation("op-1", SubjectKey.Environment("orders"));
        await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
        var first = await StepsAsync([Entry]);

        await StepsAsync([.. Enumerable.Repeat(Entry, 2000)]);
        var last = await StepsAsync([Entry]);

        Assert.InRange(last, 1, first * 2);

        void Count(SqliteConnection writer) => raw.sqlite3_progress_handler(
            writer.Handle,
            1,
            _ =>
            {
                Interlocked.Increment(ref steps);
                return 0;
            },
            null);

        async Task<long> StepsAsync(IReadOnlyList<JournalEntry> entries)
        {
            var before = Interlocked.Read(ref steps);
            await store.AppendAsync("op-1", entries, Cancellation);
            return Interlocked.Read(ref steps) - before;
        }
    }

    private static ObjectProgressed Entry => new("mysql/container", "starting");
}

using CaaStle.Engine.Journal;
using CaaStle.Storage.Sqlite;
using CaaStle.Storage.Tests.Conformance;
using SQLitePCL;

namespace CaaStle.Storage.Tests.Sqlite;

public sealed class EffortTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    private long steps;

    [Fact]
    public async Task An_append_takes_the_database_as_many_steps_however_long_the_journal_has_become()
    {
        await using var store = await OpenAsync();
        var operation = Sample.Operation("op-1", SubjectKey.Environment("orders"));
        await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
        var first = await StepsAsync([Entry]);

        await StepsAsync([.. Enumerable.Repeat(Entry, 2000)]);
        var last = await StepsAsync([Entry]);

        Assert.InRange(last, 1, first * 2);

        Task<long> StepsAsync(IReadOnlyList<JournalEntry> entries) => CountAsync(() => store.AppendAsync("op-1", entries, Cancellation));
    }

    [Fact]
    public async Task An_acceptance_takes_the_database_as_many_steps_however_much_is_under_way()
    {
        await using var store = await OpenAsync();
        await AcceptAsync(0);
        var first = await AcceptAsync(1);
        for (var number = 2; number < 500; number++)
        {
            await AcceptAsync(number);
        }

        var last = await AcceptAsync(500);

        Assert.InRange(last, 1, first * 2);

        Task<long> AcceptAsync(int number)
        {
            var operation = Sample.Operation($"op-{number:000}", SubjectKey.Environment($"orders-{number:000}"));
            return CountAsync(() => store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation));
        }
    }

    private static ObjectProgressed Entry => new("mysql/container", "starting");

    /// <summary>A store that counts what its writer's database does.</summary>
    private Task<SqliteStateStore> OpenAsync() => SqliteStateStore.OpenAsync(
        folder.StorePath,
        new ManualClock(),
        new SeededRandom(1),
        writer => raw.sqlite3_progress_handler(
            writer.Handle,
            1,
            _ =>
            {
                Interlocked.Increment(ref steps);
                return 0;
            },
            null),
        Cancellation);

    private async Task<long> CountAsync(Func<Task> write)
    {
        var before = Interlocked.Read(ref steps);
        await write();
        return Interlocked.Read(ref steps) - before;
    }
}

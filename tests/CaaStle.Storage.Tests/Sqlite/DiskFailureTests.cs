using System.Data;
using CaaStle.Engine.Journal;
using CaaStle.Storage.Sqlite;
using CaaStle.Storage.Tests.Conformance;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CaaStle.Storage.Tests.Sqlite;

public sealed class DiskFailureTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly Disk disk = new();
    private SqliteStateStore store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        store = await SqliteStateStore.OpenAsync(folder.StorePath, new ManualClock(), new SeededRandom(1), disk.Watch, Cancellation);
        var operation = Sample.Operation("op-1", SubjectKey.Environment("orders"));
        await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task On_a_full_disk_everyone_is_told_and_nothing_is_half_written_and_later_writes_succeed()
    {
        disk.IsFull = true;
        var writes = Enumerable.Range(0, 20).Select(_ => store.AppendAsync("op-1", [Large(), Large()], Cancellation)).ToList();

        foreach (var write in writes)
        {
            var fault = await Assert.ThrowsAsync<StoreException>(() => write);
            Assert.Equal(StoreProblem.WriteFailed, fault.Problem);
            Assert.Contains("database or disk is full", fault.Message, StringComparison.Ordinal);
            Assert.Contains(folder.StorePath, fault.Message, StringComparison.Ordinal);
        }

        Assert.Single(await store.ReadJournalAsync(null, 0, 100, Cancellation));
        disk.IsFull = false;
        await store.AppendAsync("op-1", [Large()], Cancellation);
        Assert.Equal([1L, 2L], (await store.ReadJournalAsync(null, 0, 100, Cancellation)).Select(record => record.Sequence));
    }

    [Fact]
    public async Task When_a_commit_fails_all_who_share_it_are_told_and_later_writes_succeed()
    {
        disk.FailsCommits = true;
        var writes = Enumerable.Range(0, 20)
            .Select(i => store.AppendAsync("op-1", [new ObjectProgressed("a", $"{i}")], Cancellation)).ToList();

        foreach (var write in writes)
        {
            Assert.Contains("constraint failed", (await Assert.ThrowsAsync<StoreException>(() => write)).Message, StringComparison.Ordinal);
        }

        disk.FailsCommits = false;
        await store.AppendAsync("op-1", [new OperationStarted(Resumed: false)], Cancellation);
        Assert.Equal([1L, 2L], (await store.ReadJournalAsync(null, 0, 100, Cancellation)).Select(record => record.Sequence));
    }

    [Fact]
    public async Task A_write_that_the_database_refuses_does_not_take_its_neighbours_with_it()
    {
        List<Task> good = [], bad = [];
        for (var i = 0; i < 20; i++)
        {
            good.Add(store.AppendAsync("op-1", [new ObjectProgressed("a", $"{i}")], Cancellation));
            // The identifier is taken, which only the table's key tells.
            bad.Add(store.EnqueueAsync(Sample.Operation("op-1", SubjectKey.Application($"a{i}")), null, Cancellation));
        }

        await Task.WhenAll(good);

        foreach (var refused in bad)
        {
            var fault = await Assert.ThrowsAsync<StoreException>(() => refused);
            Assert.Contains("UNIQUE constraint", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(Enumerable.Range(1, 21).Select(n => (long)n),
            (await store.ReadJournalAsync(null, 0, 100, Cancellation)).Select(record => record.Sequence));
    }

    [Fact]
    public async Task Readers_go_on_while_another_process_keeps_the_writer_waiting()
    {
        using var other = new SqliteConnection($"Data Source={folder.StorePath};Pooling=False");
        other.Open();
        var transaction = other.BeginTransaction(deferred: false);

        var write = store.AppendAsync("op-1", [new OperationStarted(Resumed: false)], Cancellation);
        var read = await store.FindOperationAsync("op-1", Cancellation);

        Assert.Equal(OperationState.Queued, read?.State);
        Assert.False(write.IsCompleted);
        await transaction.RollbackAsync(Cancellation);
        await write;
        Assert.Equal(OperationState.Running, (await store.FindOperationAsync("op-1", Cancellation))?.State);
    }

    private static ObjectProgressed Large() => new("a", new string('x', 1_000_000));

    /// <summary>Fails as SQLite itself does, where it is told to.</summary>
    private sealed class Disk
    {
        private SqliteConnection? writer;

        /// <summary>By SQLite's own limit of pages.</summary>
        public bool IsFull
        {
            get;
            set
            {
                field = value;
                Limit();
            }
        }

        /// <summary>By its hook for commits, which may refuse one.</summary>
        public bool FailsCommits { get; set; }

        public void Watch(SqliteConnection opened)
        {
            writer = opened;
            Limit();
            raw.sqlite3_commit_hook(opened.Handle, _ => FailsCommits ? 1 : 0, null);
        }

        private void Limit()
        {
            if (writer is not { State: ConnectionState.Open })
                return;
            using var command = writer.CreateCommand();
            command.CommandText = IsFull ? "PRAGMA max_page_count = 1" : "PRAGMA max_page_count = 1000000";
            command.ExecuteNonQuery();
        }
    }
}

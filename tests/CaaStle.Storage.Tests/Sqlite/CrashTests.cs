using System.Diagnostics;
using CaaStle.Engine.Journal;
using CaaStle.Storage.Sqlite;
using CaaStle.Storage.Tests.Conformance;

namespace CaaStle.Storage.Tests.Sqlite;

/// <summary>Kills a process in the middle of its writes; the process is this test program, asked for one test.</summary>
public sealed class CrashTests : IDisposable
{
    private const string StoreVariable = "CAASTLE_CRASH_STORE";
    private const int Appenders = 8, Enough = 200;

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_acknowledged_is_there_after_the_process_was_killed()
    {
        using (var victim = Start(folder.StorePath))
        {
            var output = victim.StandardOutput.ReadToEndAsync(Cancellation);
            while (!victim.HasExited && Acknowledged().Count < Enough)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
            }

            Assert.False(victim.HasExited, victim.HasExited ? await output : "");
            victim.Kill();
            await victim.WaitForExitAsync(Cancellation);
        }

        var acknowledged = Acknowledged();
        Assert.True(acknowledged.Count >= Enough);
        await using var store = await SqliteStateStore.OpenAsync(folder.StorePath, new ManualClock(), new SeededRandom(1), Cancellation);
        var records = await store.ReadJournalAsync("op-1", 0, int.MaxValue, Cancellation);
        var words = records.Select(record => record.Entry).OfType<ObjectProgressed>().Select(entry => entry.Word).ToHashSet();
        Assert.Empty(acknowledged.Except(words));
        Assert.Equal(Enumerable.Range(1, records.Count).Select(n => (long)n), records.Select(record => record.Sequence));
        await store.AppendAsync("op-1", [Sample.Ended(OperationState.Succeeded)], Cancellation);
    }

    /// <summary>Runs in the process that is killed.</summary>
    [Fact(Explicit = true)]
    public async Task Append_until_killed()
    {
        var path = Environment.GetEnvironmentVariable(StoreVariable);
        Assert.SkipWhen(path is null, "Only for the process that is killed.");
        await using var store = await SqliteStateStore.OpenAsync(path!, TimeProvider.System, new SeededRandom(1), Cancellation);
        var operation = Sample.Operation("op-1", SubjectKey.Environment("orders"));
        await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
        await Task.WhenAll(Enumerable.Range(0, Appenders).Select(async appender =>
        {
            await using var acknowledgements = new StreamWriter(AcknowledgementsOf(path!, appender)) { AutoFlush = true };
            for (var i = 0; ; i++)
            {
                var word = $"{appender}-{i}.";
                await store.AppendAsync("op-1", [new ObjectProgressed("a", word)], Cancellation);
                await acknowledgements.WriteLineAsync(word);
            }
        }));
    }

    private static string AcknowledgementsOf(string store, int appender) => $"{store}.acknowledged-{appender}";

    private static Process Start(string path) => Process.Start(
        new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "CaaStle.Storage.Tests"),
            ["--filter-method", $"*.{nameof(Append_until_killed)}", "--explicit", "only"])
        {
            Environment = { [StoreVariable] = path },
            RedirectStandardOutput = true,
        })!;

    /// <summary>The whole lines; a last one may be cut off.</summary>
    private List<string> Acknowledged() =>
        [.. Enumerable.Range(0, Appenders)
            .Select(appender => AcknowledgementsOf(folder.StorePath, appender))
            .Where(File.Exists)
            .SelectMany(ReadShared)
            .Where(line => line.EndsWith('.'))];

    private static List<string> ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}

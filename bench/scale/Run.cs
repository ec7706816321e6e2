using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;
using CaaStle.Storage.Sqlite;

namespace CaaStle.Scale;

/// <summary>Many environments at once, with the real engine and the real store on a cloud that takes its time.</summary>
internal sealed class Run(string folder) : IWorldFaults
{
    private const int Callers = 250;
    private static readonly WorldTiming Timing = new(TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(1), TimeSpan.Zero);

    private long reads;
    private long changes;

    private string WorldFile => Path.Combine(folder, "data", "clouds", "simulated", "world.jsonl");

    /// <summary>A network, a storage and two databases, one of which takes as long as all of it together.</summary>
    public static string Definition(double minutes) => $$$"""
        environment:
          app_deployment: {target: simulated, ready_after: {{{minutes * 6:0.##}}}}
          resources:
            simulated:
              - {type: database, name: orders, configuration: {ready_after: {{{minutes * 54:0.##}}}, states: [creating, backing-up]}}
              - {type: database, name: users, configuration: {ready_after: {{{minutes * 20:0.##}}}, states: [creating, backing-up]}}
        """;

    public async Task CreateAsync(int environments, double minutes)
    {
        await using var store = await OpenAsync();
        var (services, scheduler, service) = Compose(store);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var stop = new CancellationTokenSource();
        var running = scheduler.RunAllAsync(stop.Token);
        var (begun, begunAt) = (Stopwatch.GetTimestamp(), TimeProvider.System.GetUtcNow());
        var definition = Definition(minutes);
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= environments)
            {
                await service.CreateEnvironmentAsync(new($"env-{number:00000}", definition, "", false, "bench"), default);
            }
        })));
        Console.WriteLine($"accepted {environments} in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
        await FollowAsync(store, begun, environments, before);
        var operations = await store.ListOperationsAsync(new(Limit: int.MaxValue), default);
        var durations = operations.Select(each => (each.EndedAt!.Value - each.RequestedAt).TotalSeconds).Order().ToList();
        var critical = minutes * 60;
        var wall = operations.Max(each => each.EndedAt!.Value - begunAt).TotalSeconds;
        Console.WriteLine($"wall {wall:0.0} s, {(wall / critical) - 1:P2} over the critical path of {critical:0} s");
        Console.WriteLine(
            $"each: median {At(durations, 0.5):0.00} s ({(At(durations, 0.5) / critical) - 1:P2} over), p99 {At(durations, 0.99):0.00} s, "
            + $"longest {durations[^1]:0.00} s ({(durations[^1] / critical) - 1:P2} over)");
        await TellJournalAsync(store, environments, wall);
        stop.Cancel();
        await running;
        TellWorld(environments);
    }

    public async Task ResumeAsync()
    {
        await using var store = await OpenAsync();
        var (services, scheduler, _) = Compose(store);
        var underWay = (await store.ListOperationsAsync(new(UnderWay: true, Limit: int.MaxValue), default)).Count;
        var position = (await LastPositionAsync(store, 0)).Position;
        using var stop = new CancellationTokenSource();
        var begun = Stopwatch.GetTimestamp();
        var running = scheduler.RunAllAsync(stop.Token);
        var resumed = 0;
        while (resumed < underWay)
        {
            await store.WaitForEntriesAsync(position, default);
            foreach (var record in await store.ReadJournalAsync(null, position, 10_000, default))
            {
                position = record.Position;
                resumed += record.Entry is OperationStarted ? 1 : 0;
            }
        }

        Console.WriteLine($"{underWay} operations taken up again {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s after the start");
        await FollowAsync(store, begun, underWay, 0);
        Console.WriteLine($"all ended {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s after the start");
        var states = (await store.ListOperationsAsync(new(Limit: int.MaxValue), default)).CountBy(each => each.State);
        Console.WriteLine(string.Join(", ", states.Select(state => $"{state.Value} {state.Key}")));
        stop.Cancel();
        await running;
        TellWorld(underWay);
    }

    public Task<Exception?> BeforeAsync(WorldCall call, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref call.IsChange ? ref changes : ref reads);
        return Task.FromResult<Exception?>(null);
    }

    public Task<Exception?> AfterAsync(WorldCall call, CancellationToken cancellationToken) => Task.FromResult<Exception?>(null);

    /// <summary>
    /// Tells what is going on until nothing is under way, and the memory while everything is: each half minute, ten seconds before something
    /// becomes ready, for to measure the heap stops everything.
    /// </summary>
    private async Task FollowAsync(SqliteStateStore store, long begun, int operations, long before)
    {
        const int Interval = 30;
        const int First = 20;
        var told = -1L;
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            var isOver = await store.ListOperationsAsync(new(UnderWay: true, Limit: 1), default) is [];
            var seconds = (long)Stopwatch.GetElapsedTime(begun).TotalSeconds;
            if ((seconds >= First && (seconds - First) / Interval > told) || isOver)
            {
                told = (seconds - First) / Interval;
                var underWay = isOver ? 0 : (await store.ListOperationsAsync(new(UnderWay: true, Limit: int.MaxValue), default)).Count;
                var heap = GC.GetTotalMemory(forceFullCollection: underWay > 0);
                Console.WriteLine(
                    $"{seconds,5} s: {underWay} under way, {(heap - before) / 1024.0 / operations:0.0} KB of heap for each, "
                    + $"{System.Environment.WorkingSet / 1048576} MB in all, {store.Transactions} transactions, {reads} reads, {changes} changes, "
                    + $"{Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:0} s of processor");
            }

            if (isOver)
            {
                return;
            }
        }
    }

    /// <summary>The simulated cloud is in the same process, so that its own objects count as memory too.</summary>
    private void TellWorld(int environments)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var world = new SimulatedWorld(TimeProvider.System, Timing, file: WorldFile);
        var objects = world.Objects.Count;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"read from their file, the {objects} objects of the simulated cloud are {bytes / 1024.0 / environments:0.0} KB for each environment");
        GC.KeepAlive(world);
    }

    private static async Task TellJournalAsync(SqliteStateStore store, int environments, double wall)
    {
        var (position, intended) = await LastPositionAsync(store, 0);
        Console.WriteLine(
            $"journal: {position} entries in {store.Transactions} transactions ({(double)position / store.Transactions:0.0} each), "
            + $"{(double)position / intended:0.0} entries and {(double)store.Transactions / intended:0.00} transactions for each of {intended} objects, "
            + $"{position / wall:0} entries and {store.Transactions / wall:0} transactions a second");
    }

    private static async Task<(long Position, long Intended)> LastPositionAsync(SqliteStateStore store, long position)
    {
        var intended = 0L;
        while (await store.ReadJournalAsync(null, position, 10_000, default) is { Count: > 0 } records)
        {
            position = records[^1].Position;
            intended += records.Count(record => record.Entry is ObjectIntended);
        }

        return (position, intended);
    }

    private static double At(List<double> sorted, double share) => sorted[(int)Math.Min(sorted.Count - 1, share * sorted.Count)];

    private Task<SqliteStateStore> OpenAsync()
    {
        Directory.CreateDirectory(folder);
        return SqliteStateStore.OpenAsync(Path.Combine(folder, "data", "deployments", "cld.sqlite"), TimeProvider.System, new SystemRandom(), default);
    }

    private (EngineServices Services, OperationScheduler Scheduler, OperationService Service) Compose(IStateStore store)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(WorldFile)!);
        var world = new SimulatedWorld(TimeProvider.System, Timing, this, WorldFile);
        var catalog = new Catalog(new SimulatedCloud(world, readsAtOnce: 100));
        var vault = new Base64Vault();
        var serializer = new ObjectSerializer(vault);
        var reader = new DefinitionReader(catalog);
        var services = new EngineServices(
            store,
            vault,
            catalog,
            new HandlerRegistry(catalog),
            serializer,
            new Planner(catalog, reader, store, serializer),
            TimeProvider.System,
            new SystemRandom(),
            new NoArtifacts());
        var scheduler = new OperationScheduler(services, (id, exception) => Console.WriteLine($"{id} broke off: {exception.Message}"));
        return (services, scheduler, new(services, reader, scheduler));
    }

    private sealed class Catalog(ICloud cloud) : ICloudCatalog
    {
        public IReadOnlyList<ICloud> Clouds { get; } = [cloud];
    }

    private sealed class SystemRandom : IRandomSource
    {
        public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
    }

    private sealed class NoArtifacts : IArtifactStore
    {
        public void Discard(string path)
        {
        }
    }

    private sealed class Base64Vault : ISecretVault
    {
        public string Protect(string secret) => Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));

        public string Unprotect(string protectedText) => Encoding.UTF8.GetString(Convert.FromBase64String(protectedText));
    }
}

using System.Collections.Concurrent;
using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Extensions;
using CaaStle.Server.Hosting;
using CaaStle.Server.Tests.Fakes;
using CaaStle.Storage.Postgres;
using CaaStle.Storage.Tests.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CaaStle.Server.Tests;

/// <summary>Two servers with the real engine on one PostgreSQL and one simulated cloud, in which time passes only when it is told to.</summary>
public sealed class SharedStoreTests(PostgresCluster cluster) : IClassFixture<PostgresCluster>, IAsyncLifetime
{
    private const string Definition = """
        environment:
          app_deployment:
            target: simulated
            ready_after: 60
          resources:
            simulated:
              - resource:
                  type: database
                  name: orders
        """;

    private readonly ManualClock worldClock = new();
    private readonly Creations creations = new();
    private readonly Relay relay = new(cluster);
    private readonly TemporaryHome oneHome = new(), otherHome = new();
    private RunningServer one = null!, other = null!;
    private RunningServer? ended;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IStateStore Store => other.Services.GetRequiredService<IStateStore>();

    public async ValueTask InitializeAsync()
    {
        var address = await cluster.CreateAsync();
        var world = new SimulatedWorld(worldClock, new(TimeSpan.Zero, TimeSpan.FromSeconds(30), TimeSpan.Zero), creations);
        one = await StartAsync(oneHome, world, relay.Through(address));
        other = await StartAsync(otherHome, world, address);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { one, other }.Except([ended]))
        {
            await server!.DisposeAsync();
        }

        await relay.DisposeAsync();
        oneHome.Dispose();
        otherHome.Dispose();
    }

    [Fact]
    public async Task What_a_server_runs_that_is_cut_off_is_taken_up_by_another_and_what_is_done_is_done_once()
    {
        var operation = await CreateAsync(one, "orders");
        await UntilAsync(operation, entries => entries.Any(entry => entry is ObjectIntended));
        relay.Cut();
        await UntilAsync(operation, entries => entries.OfType<OperationStarted>().Any(started => started.Resumed));

        await EndAsync(operation);

        var entries = await EntriesAsync(operation);
        Assert.Equal(OperationState.Succeeded, Assert.Single(entries.OfType<OperationEnded>()).State);
        Assert.Single(entries.OfType<OperationPlanned>());
        var intended = entries.OfType<ObjectIntended>().Select(entry => entry.Key).ToList();
        Assert.Equal(intended.Distinct(), intended);
        Assert.Equal(intended.Order(), entries.OfType<ObjectReady>().Select(entry => entry.Key).Distinct().Order());
        Assert.Equal(intended.Count, creations.Names.Count);
        Assert.Equal(creations.Names.Distinct(), creations.Names);

        // Whoever comes back does so with nothing, and is as good as any other.
        relay.Mend();
        await EndAsync(await CreateAsync(one, "shop"));
        Assert.Equal(entries.Count, (await EntriesAsync(operation)).Count);
    }

    [Fact]
    public async Task A_wish_to_cancel_reaches_the_server_that_runs_the_operation()
    {
        var operation = await CreateAsync(one, "orders");
        await UntilAsync(operation, entries => entries.Any(entry => entry is ObjectIntended));

        await other.Services.GetRequiredService<IOperationService>().CancelAsync(operation.Id, keep: false, "bob", Token);
        await UntilAsync(operation, entries => entries.Any(entry => entry is OperationFailing));
        await EndAsync(operation);

        Assert.Equal(OperationState.RolledBack, Assert.Single((await EntriesAsync(operation)).OfType<OperationEnded>()).State);
    }

    [Fact]
    public async Task What_a_server_leaves_behind_that_ends_is_taken_up_at_once()
    {
        var operation = await CreateAsync(one, "orders");
        await UntilAsync(operation, entries => entries.Any(entry => entry is ObjectIntended));

        await one.DisposeAsync();
        ended = one;
        await EndAsync(operation);

        Assert.Contains(await EntriesAsync(operation), entry => entry is OperationStarted { Resumed: true });
    }

    private async Task<RunningServer> StartAsync(TemporaryHome home, SimulatedWorld world, string address) => await RunningServer.StartAsync(
        home.Home,
        new SharedComposition(world),
        new Dictionary<string, string?> { ["Port"] = "0", ["Store"] = address, ["Keys"] = oneHome.Home.KeysFolder });

    private static async Task<Operation> CreateAsync(RunningServer server, string name)
    {
        var service = server.Services.GetRequiredService<IOperationService>();
        return await service.CreateEnvironmentAsync(new(name, Definition, "environment.yaml", KeepOnFailure: false, "ann"), Token);
    }

    private async Task<List<JournalEntry>> EntriesAsync(Operation operation) =>
        [.. (await Store.ReadJournalAsync(operation.Id, 0, int.MaxValue, Token)).Select(record => record.Entry)];

    private async Task UntilAsync(Operation operation, Func<IReadOnlyList<JournalEntry>, bool> holds)
    {
        var position = 0L;
        List<JournalEntry> entries = [];
        while (!holds(entries))
        {
            await Store.WaitForEntriesAsync(position, Token);
            var records = await Store.ReadJournalAsync(null, position, int.MaxValue, Token);
            entries.AddRange(records.Where(record => record.OperationId == operation.Id).Select(record => record.Entry));
            position = records[^1].Position;
        }
    }

    /// <summary>Lets time pass in the cloud until the operation has ended.</summary>
    private async Task EndAsync(Operation operation)
    {
        while (!(await Store.FindOperationAsync(operation.Id, Token))!.IsEnded)
        {
            worldClock.Advance(TimeSpan.FromSeconds(20));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        }
    }

    private sealed class SharedComposition(SimulatedWorld world) : Composition
    {
        public override async Task<IStateStore> OpenStoreAsync(ServerHome home, ServerSettings settings, CancellationToken cancellationToken) =>
            await PostgresStateStore.OpenAsync(settings.Store!, home.Identify(), Clock, Random, TimeSpan.FromSeconds(3), cancellationToken);

        public override (ICloudCatalog Catalog, ExtensionReport Report) LoadClouds(ServerHome home, IConfiguration configuration) =>
            (new ExtensionCatalog([new SimulatedCloud(world)]), new([]));
    }

    private sealed class Creations : IWorldFaults
    {
        public ConcurrentQueue<string> Names { get; } = [];

        public Task<Exception?> BeforeAsync(WorldCall call, CancellationToken cancellationToken) => Task.FromResult<Exception?>(null);

        public Task<Exception?> AfterAsync(WorldCall call, CancellationToken cancellationToken)
        {
            if (call.Kind == WorldCallKind.Create)
            {
                Names.Enqueue(call.Name);
            }

            return Task.FromResult<Exception?>(null);
        }
    }
}

using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Simulation;

/// <summary>
/// The real engine on a simulated cloud under virtual time, as a process that can crash: from the chosen step on nothing that the old
/// process calls ever answers, and a new one starts from what is durable.
/// </summary>
public sealed class SimulatedHost
{
    private readonly MemoryStateStore durable;
    private static readonly Base64Vault Vault = new();

    /// <summary>Of all runs, since it takes longer to make than most of them.</summary>
    private static readonly ObjectSerializer Serializer = new(Vault);

    private readonly Func<SimulatedWorld, TimeProvider, ICloud> cloudOf;
    private readonly int seed;
    private Life life;

    /// <param name="cloudOf">Makes the cloud on the world; the simulated one when not given.</param>
    /// <param name="seed">Of everything that is drawn.</param>
    public SimulatedHost(WorldTiming? timing = null, Func<SimulatedWorld, TimeProvider, ICloud>? cloudOf = null, int seed = 0)
    {
        durable = new(Time);
        Clock = new(Time);
        this.cloudOf = cloudOf ?? ((world, _) => new SimulatedCloud(world));
        this.seed = seed;
        World = new(Time, timing ?? new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(30), TimeSpan.Zero));
        life = new(this);
    }

    /// <summary>Told of each call of a living process that reached the world, when it is applied: before it for what may go wrong.</summary>
    public Func<WorldCall, Exception?>? BeforeCall { get; set; }

    /// <summary>Told of each call that was applied; what it gives is heard instead of the answer.</summary>
    public Func<WorldCall, Exception?>? AfterCall { get; set; }

    /// <summary>Told the name of each object that a call has just changed, even where the process crashes before it hears of it.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Told of each entry when it is durable.</summary>
    public Action<JournalRecord>? Appended
    {
        get => durable.Appended;
        set => durable.Appended = value;
    }

    public bool IsDead => life.IsDead;

    public Task Death => life.Death;

    public VirtualTime Time { get; } = new();

    /// <summary>What the processes look at.</summary>
    public WallClock Clock { get; }

    public SimulatedWorld World { get; }

    public ScriptedFaults Faults { get; } = new();

    public IStateStore Store => durable;

    /// <summary>The service of the living process; a new one is started where the last one crashed.</summary>
    public IOperationService Service
    {
        get
        {
            if (life.IsDead)
            {
                Restart();
            }

            return life.Service;
        }
    }

    /// <summary>Of all subjects, those that are gone included.</summary>
    public IEnumerable<ObjectRecord> AllObjects => durable.AllObjects;

    public RevisionReader Revisions => life.Revisions;

    /// <summary>Of the living process, for whatever else reads.</summary>
    public EngineServices Services => life.Services;

    /// <summary>Steps taken since the start: before and after each append, and each call that changes the cloud.</summary>
    public int Steps { get; private set; }

    /// <summary>The process crashes instead of taking this step; null for never.</summary>
    public int? CrashAt { get; set; }

    public int Crashes { get; private set; }

    /// <summary>What made runs break off; each was taken up again.</summary>
    public List<Exception> BrokenRuns { get; } = [];

    public List<string> DiscardedArtifacts { get; } = [];

    /// <summary>Breaks of the store: the next so many appends fail, as with a full disk.</summary>
    public int FailingAppends { get; set; }

    public void Run(Func<Task> work) => Time.Run(work);

    /// <summary>Waits until the operation has ended, restarting the process whenever it has crashed.</summary>
    public async Task<Operation> EndOfAsync(string operationId)
    {
        while (true)
        {
            var operation = await durable.FindOperationAsync(operationId, default) ?? throw new InvalidOperationException(operationId);
            if (operation.IsEnded)
            {
                return operation;
            }

            if (life.IsDead)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), Time);
                Restart();
            }

            await Task.WhenAny(durable.WaitForEntriesAsync(durable.LastPosition, default), life.Death);
        }
    }

    public void Restart()
    {
        life.Die();
        life = new(this);
    }

    public async Task StopAsync()
    {
        await life.StopAsync();
        life = new(this);
    }

    public async Task<Operation> CreateEnvironmentAsync(string yaml, string name = "orders", bool keep = false) =>
        await EndOfAsync((await Service.CreateEnvironmentAsync(new(name, yaml, "environment.yaml", keep, "tester"), default)).Id);

    public async Task<Operation> DeleteAsync(SubjectKey subject, bool force = false, bool keepData = false) =>
        await EndOfAsync((await Service.DeleteAsync(new(subject, force, keepData, "tester"), default)).Id);

    public async Task<IReadOnlyList<JournalEntry>> JournalAsync(string operationId) =>
        [.. (await durable.ReadJournalAsync(operationId, 0, int.MaxValue, default)).Select(record => record.Entry)];

    /// <summary>Takes a step of the given life, unless that is over: then it never returns.</summary>
    private async Task StepAsync(Life of)
    {
        if (!of.IsDead && Steps++ == CrashAt)
        {
            Crashes++;
            of.Die();
        }

        await StaysAliveAsync(of);
    }

    /// <summary>Never returns to a process that has crashed.</summary>
    private static Task StaysAliveAsync(Life of) => of.IsDead ? new TaskCompletionSource().Task : Task.CompletedTask;

#pragma warning disable CA1001 // A life ends with the test.
    private sealed class Life
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource stop = new();
        private readonly TaskCompletionSource death = new();
        private readonly Task running;

        public Life(SimulatedHost host)
        {
            var catalog = new Catalog(host.cloudOf(host.World.SeenWith(new Gate(host, this)), host.Time));
            var store = new GatedStore(host, this);
            var reader = new DefinitionReader(catalog);
            Services = new EngineServices(
                store,
                Vault,
                catalog,
                new HandlerRegistry(catalog),
                Serializer,
                new Planner(catalog, reader, store, Serializer),
                host.Clock,
                new SeededRandom(host.seed + host.Steps + 1),
                new Artifacts(host));
            var scheduler = new OperationScheduler(Services, (_, exception) => host.BrokenRuns.Add(exception));
            Service = new OperationService(Services, reader, scheduler);
            Revisions = new RevisionReader(store, Serializer, reader);
            running = host.Time.Post(() => scheduler.RunAllAsync(stop.Token));
        }

        public bool IsDead => death.Task.IsCompleted;

        public Task Death => death.Task;

        public IOperationService Service { get; }

        public RevisionReader Revisions { get; }

        public EngineServices Services { get; }

        public void Die() => death.TrySetResult();

        public async Task StopAsync()
        {
            stop.Cancel();
            await running;
        }
    }

    private sealed class GatedStore(SimulatedHost host, Life of) : IStateStore
    {
        private MemoryStateStore Durable => host.durable;

        public string InstallationId => Durable.InstallationId;

        public Task<Operation> EnqueueAsync(IReadOnlyList<NewOperation> operations, CancellationToken cancellationToken) =>
            Durable.EnqueueAsync(operations, cancellationToken);

        public Task UpdateSubjectExpiryAsync(
            SubjectKey key, string subjectId, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
            Durable.UpdateSubjectExpiryAsync(key, subjectId, expiresAt, cancellationToken);

        public async Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
        {
            await host.StepAsync(of);
            if (host.FailingAppends > 0)
            {
                host.FailingAppends--;
                throw new InvalidDataException("no space left on device");
            }

            await Durable.AppendAsync(operationId, entries, cancellationToken);
            await host.StepAsync(of);
        }

        public Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken) =>
            AliveAsync(() => Durable.FindOperationAsync(operationId, cancellationToken));

        public Task<Operation?> FindRequestedAsync(string requestKey, CancellationToken cancellationToken) =>
            AliveAsync(() => Durable.FindRequestedAsync(requestKey, cancellationToken));

        public Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken) =>
            AliveAsync(() => Durable.ListOperationsAsync(filter, cancellationToken));

        public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
            string? operationId, long afterPosition, int limit, CancellationToken cancellationToken) =>
            AliveAsync(() => Durable.ReadJournalAsync(operationId, afterPosition, limit, cancellationToken));

        public Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken) =>
            AliveAsync(() => Durable.FindSubjectAsync(key, cancellationToken));

        public Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectFilter filter, CancellationToken cancellationToken) =>
            AliveAsync(() => Durable.ListSubjectsAsync(filter, cancellationToken));

        public Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken) =>
            AliveAsync(() => Durable.ListObjectsAsync(subjectId, cancellationToken));

        public Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken) =>
            Durable.WaitForEntriesAsync(afterPosition, cancellationToken);

        private async Task<TAnswer> AliveAsync<TAnswer>(Func<Task<TAnswer>> read)
        {
            await StaysAliveAsync(of);
            return await read();
        }
    }

    /// <summary>Lets the calls of a living process through to what may go wrong, and those of a dead one nowhere.</summary>
    private sealed class Gate(SimulatedHost host, Life of) : IWorldFaults
    {
        public async Task<Exception?> BeforeAsync(WorldCall call, CancellationToken cancellationToken)
        {
            await StepAsync(call);
            return host.Faults.Before(call) ?? host.BeforeCall?.Invoke(call);
        }

        public async Task<Exception?> AfterAsync(WorldCall call, CancellationToken cancellationToken)
        {
            if (call.IsChange)
            {
                host.Changed?.Invoke(call.Name);
            }

            await StepAsync(call);
            return host.Faults.After(call) ?? host.AfterCall?.Invoke(call);
        }

        private Task StepAsync(WorldCall call) =>
            call.IsChange ? host.StepAsync(of) : StaysAliveAsync(of);
    }

    private sealed class Catalog(ICloud cloud) : ICloudCatalog
    {
        public IReadOnlyList<ICloud> Clouds { get; } = [cloud];
    }

    private sealed class Artifacts(SimulatedHost host) : IArtifactStore
    {
        public void Discard(string path) => host.DiscardedArtifacts.Add(path);
    }

    private sealed class SeededRandom(int seed) : IRandomSource
    {
        private readonly Random random = new(seed);

        public void Fill(Span<byte> bytes) => random.NextBytes(bytes);
    }

    /// <summary>Not a cipher, but enough to see whether something is stored in the clear.</summary>
    private sealed class Base64Vault : ISecretVault
    {
        public string Protect(string secret) => Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));

        public string Unprotect(string protectedText) => Encoding.UTF8.GetString(Convert.FromBase64String(protectedText));
    }
}

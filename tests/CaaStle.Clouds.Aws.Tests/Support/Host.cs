using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;
using CaaStle.Docker;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;
using CaaStle.Storage.Sqlite;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>
/// The real engine and its real store on an account of the peer's, as a process that can crash: from the chosen step on nothing that the
/// old process calls ever answers, and a new one starts from what is durable.
/// </summary>
internal sealed class Host : IAsyncDisposable
{
    private const int Haste = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly FastClock clock;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("aws-host-");
    private readonly DockerClient docker = DockerClient.Find(Environment.GetEnvironmentVariable, record: null, TimeProvider.System);
    private SqliteStateStore durable = null!;
    private Life life = null!;

    private Host(Account account, int haste) => (Account, clock) = (account, new(haste));

    public Account Account { get; }

    /// <summary>The process crashes instead of taking this step; each append is two steps, before and after it.</summary>
    public int? CrashAt { get; set; }

    public int Steps { get; private set; }

    public AwsCloud Cloud => life.Cloud;

    public IOperationService Service => life.Service;

    /// <summary>How many objects have been read together with others.</summary>
    public int ReadTogether => life.ReadTogether;

    public OrphanSweep Orphans => new(life.Services);

    public IStateStore Store => durable;

    /// <param name="haste">How many times faster than elsewhere its clock goes.</param>
    public static async Task<Host> StartAsync(Account account, int haste = Haste)
    {
        var host = new Host(account, haste);
        host.durable = await SqliteStateStore.OpenAsync(
            Path.Combine(host.folder.FullName, "store.sqlite"), host.clock, new Drawn(), TestContext.Current.CancellationToken);
        host.life = new(host);
        return host;
    }

    /// <summary>The process dies, and the next one begins.</summary>
    public void Restart()
    {
        life.Die();
        life = new(this);
    }

    /// <summary>What happened, line by line.</summary>
    public async Task<string> StoryAsync(Operation operation) =>
        string.Join('\n', (await JournalAsync(operation)).Select(entry => entry is LeftoversChecked { Left: var left }
            ? $"{nameof(LeftoversChecked)} {string.Join(", ", left)}"
            : $"{entry}"));

    /// <summary>Waits until the operation has ended, starting a new process whenever one has crashed.</summary>
    public async Task<Operation> EndOfAsync(Operation started)
    {
        var patience = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (TimeProvider.System.GetElapsedTime(patience) > Patience)
            {
                throw new TimeoutException($"It does not end.\n{await StoryAsync(started)}");
            }

            var seen = await durable.ReadJournalAsync(started.Id, 0, int.MaxValue, Cancel) is [.., var last] ? last.Position : 0;
            if ((await durable.FindOperationAsync(started.Id, Cancel))! is { IsEnded: true } ended)
            {
                return ended;
            }

            if (life.IsDead)
            {
                life = new(this);
            }

            await Task.WhenAny(durable.WaitForEntriesAsync(seen, Cancel), life.Death, Task.Delay(200, Cancel));
            Cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits until something has happened.</summary>
    public async Task UntilAsync(Operation operation, Func<JournalEntry, bool> hasHappened)
    {
        var patience = TimeProvider.System.GetTimestamp();
        while (!(await JournalAsync(operation)).Any(hasHappened))
        {
            if (TimeProvider.System.GetElapsedTime(patience) > Patience)
            {
                throw new TimeoutException($"It does not happen.\n{await StoryAsync(operation)}");
            }

            await Task.Delay(20, Cancel);
        }
    }

    public async Task<Operation> CreateAsync(string yaml, string name = "orders", bool keep = false) =>
        await EndOfAsync(await Service.CreateEnvironmentAsync(new(name, yaml, "environment.yaml", keep, "tester"), Cancel));

    public async Task<Operation> DeleteAsync(string name = "orders", bool keepData = false) =>
        await EndOfAsync(await Service.DeleteAsync(new(SubjectKey.Environment(name), false, keepData, "tester"), Cancel));

    /// <param name="context">Path of the build context's tar file.</param>
    public async Task<Operation> BuildAsync(string context, string name = "greetings") =>
        await EndOfAsync(await Service.CreateContainerAsync(new(name, "ecr", context, "Dockerfile", false, "tester"), Cancel));

    public async Task<Operation> DeleteContainerAsync(string name = "greetings") =>
        await EndOfAsync(await Service.DeleteAsync(new(SubjectKey.Container(name), false, false, "tester"), Cancel));

    public async Task<Operation> DeployAsync(string yaml, string name = "shop", string environment = "orders") =>
        await EndOfAsync(await Service.DeployApplicationAsync(new(name, environment, yaml, "shop.yaml", false, "tester"), Cancel));

    public async Task<Operation> ChangeAsync(string action, string? yaml = null, string name = "shop", int? replicas = null) =>
        await EndOfAsync(
        await Service.ChangeApplicationAsync(
            new(name, action, false, "tester") { Definition = yaml, FileName = "shop.yaml", Replicas = replicas }, Cancel));

    public async Task<Operation> RunAsync(params IReadOnlyList<string> command) =>
        await EndOfAsync(await Service.RunAsync(new("shop", command, "tester"), Cancel));

    public async Task<Operation> DeleteApplicationAsync(string name = "shop", bool keepData = false) =>
        await EndOfAsync(await Service.DeleteAsync(new(SubjectKey.Application(name), false, keepData, "tester"), Cancel));

    public async Task<IReadOnlyList<string>> LogAsync(LogQuery query, string name = "shop")
    {
        var lines = new List<string>();
        await foreach (var line in new ObjectReader(life.Services).ReadLogsAsync(SubjectKey.Application(name), query, Cancel))
        {
            lines.Add($"{line.Source} {line.Text}");
        }

        return lines;
    }

    public Task<IReadOnlyDictionary<string, string>> OutputsAsync(string part, string name = "orders") =>
        OutputsAsync(SubjectKey.Environment(name), part);

    public async Task<IReadOnlyDictionary<string, string>> OutputsAsync(SubjectKey key, string part = "")
    {
        var subject = await durable.FindSubjectAsync(key, Cancel);
        return subject!.Outputs[part].ToDictionary(output => output.Key, output => life.Services.Serializer.Restore(output.Value).Reveal());
    }

    public async Task<IReadOnlyList<JournalEntry>> JournalAsync(Operation operation) =>
        [.. (await durable.ReadJournalAsync(operation.Id, 0, int.MaxValue, Cancel)).Select(record => record.Entry)];

    /// <summary>What handlers called without saying that it has to be allowed, in an account that has a policy.</summary>
    public async Task<IReadOnlyList<string>> UnsaidAsync()
    {
        var said = Cloud.Handlers.OfType<INeedsPermission>().ToDictionary(handler => handler.Kind, handler => handler.Actions);
        said["aws/place"] = [.. said["aws/place"], .. said["ec2/network"]];
        var calls = (await Account.CallsAsync()).Where(call => call.Kind.Length > 0).ToList();
        Assert.Contains(calls, call => call.Actions.Count > 0);
        return
        [
            .. calls.SelectMany(call => call.Actions.Except(said[call.Kind]).Select(action => $"{call.Kind} calls {action}")).Distinct(),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await life.StopAsync();
        await durable.DisposeAsync();
        docker.Dispose();
        folder.Delete(recursive: true);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task StepAsync(Life of)
    {
        lock (this)
        {
            if (!of.IsDead && Steps++ == CrashAt)
            {
                of.Die();
            }
        }

        await of.StaysAliveAsync();
    }

#pragma warning disable CA1001 // A life ends with the test.
    private sealed class Life
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource stop = new();
        private readonly CancellationTokenSource dying = new();
        private readonly TaskCompletionSource death = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task running;
        private int readTogether;

        public Life(Host host)
        {
            Cloud = new(
                new(host.Account.Variable), new PlaceLedger(Path.Combine(host.folder.FullName, "places"), host.clock), Path.Combine(host.folder.FullName, "keys"), host.docker, host.clock);
            var catalog = new Catalog(new GatedCloud(Cloud, this));
            var store = new GatedStore(host, this);
            var vault = new Base64Vault();
            var serializer = new ObjectSerializer(vault);
            var reader = new DefinitionReader(catalog);
            Services = new(
                store, vault, catalog, new HandlerRegistry(catalog), serializer, new Planner(catalog, reader, store, serializer),
                    host.clock, new Drawn(), new NoArtifacts());
            var scheduler = new OperationScheduler(Services, (_, _) => { });
            Service = new OperationService(Services, reader, scheduler);
            running = Task.Run(() => scheduler.RunAllAsync(stop.Token));
        }

        public int ReadTogether => readTogether;

        public void CountTogether(int objects) => Interlocked.Add(ref readTogether, objects);

        public bool IsDead => death.Task.IsCompleted;

        public Task Death => death.Task;

        public AwsCloud Cloud { get; }

        public IOperationService Service { get; }

        public EngineServices Services { get; }

        /// <summary>Breaks what the process is in the middle of.</summary>
        public CancellationToken Dying => dying.Token;

        public void Die()
        {
            death.TrySetResult();
            _ = dying.CancelAsync();
        }

        public Task StaysAliveAsync() => IsDead ? new TaskCompletionSource().Task : Task.CompletedTask;

        public async Task StopAsync()
        {
            await stop.CancelAsync();
            if (IsDead)
            {
                return;
            }

            try
            {
                await running;
            }
            catch (OperationCanceledException)
            {
                // It was stopped before it had quite begun.
            }
        }
    }

    private sealed class GatedStore(Host host, Life of) : IStateStore
    {
        public string InstallationId => host.durable.InstallationId;

        public Task<Operation> EnqueueAsync(IReadOnlyList<NewOperation> operations, CancellationToken cancellationToken) =>
            host.durable.EnqueueAsync(operations, cancellationToken);

        public async Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
        {
            await host.StepAsync(of);
            await host.durable.AppendAsync(operationId, entries, cancellationToken);
            await host.StepAsync(of);
        }

        public Task UpdateSubjectExpiryAsync(
            SubjectKey key, string subjectId, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
            host.durable.UpdateSubjectExpiryAsync(key, subjectId, expiresAt, cancellationToken);

        public Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken) =>
            host.durable.FindOperationAsync(operationId, cancellationToken);

        public Task<Operation?> FindRequestedAsync(string requestKey, CancellationToken cancellationToken) =>
            host.durable.FindRequestedAsync(requestKey, cancellationToken);

        public Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken) =>
            host.durable.ListOperationsAsync(filter, cancellationToken);

        public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
            string? operationId, long afterPosition, int limit, CancellationToken cancellationToken) =>
            host.durable.ReadJournalAsync(operationId, afterPosition, limit, cancellationToken);

        public Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken) =>
            host.durable.FindSubjectAsync(key, cancellationToken);

        public Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectFilter filter, CancellationToken cancellationToken) =>
            host.durable.ListSubjectsAsync(filter, cancellationToken);

        public Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken) =>
            host.durable.ListObjectsAsync(subjectId, cancellationToken);

        public Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken) =>
            host.durable.WaitForEntriesAsync(afterPosition, cancellationToken);
    }

    /// <summary>Lets the calls of a living process through, and those of a dead one nowhere.</summary>
    private sealed class GatedCloud(AwsCloud cloud, Life of) : ICloud, IMarkedObjects
    {
        public string Name => cloud.Name;

        public IReadOnlyList<ICoeType> Coes => cloud.Coes;

        public IReadOnlyList<IResourceType> Resources => cloud.Resources;

        public IReadOnlyList<IRegistryType> Registries => cloud.Registries;

        public IReadOnlyList<ICloudObjectHandler> Handlers { get; } =
        [
            .. cloud.Handlers.Select(handler => handler switch
            {
                ILogSource => new GatedLogSource(handler, of),
                IReadsMany => new GatedReader(handler, of),
                _ => new GatedHandler(handler, of),
            }),
        ];

        public Task<IReadOnlyList<string>> FindObstaclesAsync(CancellationToken cancellationToken) =>
            cloud.FindObstaclesAsync(cancellationToken);

        public async Task<IReadOnlyList<MarkedObject>> FindMarkedAsync(
            string installation, string? subjectId, CancellationToken cancellationToken)
        {
            await of.StaysAliveAsync();
            return await cloud.FindMarkedAsync(installation, subjectId, cancellationToken);
        }

        public ICloudObjectSpec SpecOf(MarkedObject found) => cloud.SpecOf(found);
    }

    private class GatedHandler(ICloudObjectHandler handler, Life of) : ICloudObjectHandler
    {
        protected Life Of => of;

        public string Kind => handler.Kind;

        public TimeSpan SettlesWithin => handler.SettlesWithin;

        public Type SpecType => handler.SpecType;

        public Type StateType => handler.StateType;

        public async Task<Observation<object>> ReadAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken)
        {
            using var mine = MarkCalls();
            await of.StaysAliveAsync();
            return await handler.ReadAsync(spec, call, cancellationToken);
        }

        public async Task CreateAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken)
        {
            using var mine = MarkCalls();
            await of.StaysAliveAsync();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, of.Dying);
            await handler.CreateAsync(spec, call, either.Token);
        }

        public bool CanChange(ICloudObjectSpec from, ICloudObjectSpec to) => handler.CanChange(from, to);

        public async Task DeleteAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken)
        {
            using var mine = MarkCalls();
            await of.StaysAliveAsync();
            await handler.DeleteAsync(spec, call, cancellationToken);
        }

        /// <summary>Whatever is called until the end of it tells the peer whose call it is.</summary>
        protected Activity MarkCalls() => new Activity(Kind).AddBaggage("kind", Kind).Start();
    }

    private sealed class GatedReader(ICloudObjectHandler handler, Life of) : GatedHandler(handler, of), IReadsMany
    {
        private readonly IReadsMany many = (IReadsMany)handler;

        public int MostAtOnce => many.MostAtOnce;

        public async Task<IReadOnlyList<Observation<object>>> ReadManyAsync(
            IReadOnlyList<ReadRequest> requests, CancellationToken cancellationToken)
        {
            using var mine = MarkCalls();
            await Of.StaysAliveAsync();
            Of.CountTogether(requests.Count);
            return await many.ReadManyAsync(requests, cancellationToken);
        }
    }

    private sealed class GatedLogSource(ICloudObjectHandler handler, Life of) : GatedHandler(handler, of), ILogSource
    {
        private readonly ILogSource source = (ILogSource)handler;

        public IAsyncEnumerable<LogLine> ReadLogsAsync(ICloudObjectSpec spec, LogQuery query, CancellationToken cancellationToken) =>
            source.ReadLogsAsync(spec, query, cancellationToken);
    }

    private sealed class Catalog(ICloud cloud) : ICloudCatalog
    {
        public IReadOnlyList<ICloud> Clouds { get; } = [cloud];
    }

    private sealed class NoArtifacts : IArtifactStore
    {
        public void Discard(string path)
        {
        }
    }

    private sealed class Drawn : IRandomSource
    {
        public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
    }

    /// <summary>Not a cipher, but enough to see whether something is stored in the clear.</summary>
    private sealed class Base64Vault : ISecretVault
    {
        public string Protect(string secret) => Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));

        public string Unprotect(string protectedText) => Encoding.UTF8.GetString(Convert.FromBase64String(protectedText));
    }
}

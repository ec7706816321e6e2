using System.Runtime.CompilerServices;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;
using CaaStle.Server.Hosting;

namespace CaaStle.Server.Tests.Fakes;

/// <summary>Accepts every operation into the store and never runs one; or refuses as it is told.</summary>
internal sealed class FakeEngine(Func<IStateStore> openedStore, TimeProvider clock)
    : IOperationService, IOperationRunner, IObjectReader, IDefinitionChecker, IBindingReader, IDriftReader, IOrphanSweep
{
    private int operations;

    private IStateStore Store => openedStore();

    public Exception? Refusal { get; set; }

    /// <summary>What happens while a request is checked.</summary>
    public Func<Task>? Checking { get; set; }

    public List<object> Requests { get; } = [];

    public IReadOnlyList<PlannedObject> Plan { get; set; } = [];

    public IReadOnlyList<PlannedChange> Changes { get; set; } = [];

    public IReadOnlyList<string> Outdated { get; set; } = [];

    public IReadOnlyList<ContainerImage> Images { get; set; } = [];

    public IReadOnlyList<ObservedObject> Observed { get; set; } = [];

    public OrphanReport Orphans { get; set; } = new([], []);

    /// <summary>Operations that one request enqueues before the one that it answers with.</summary>
    public Func<IReadOnlyList<SubjectKey>> Others { get; set; } = () => [];

    public IReadOnlyList<LogLine> Log { get; set; } = [];

    public Exception? LogFailure { get; set; }

    public LogQuery? AskedForLog { get; private set; }

    public TaskCompletionSource RunnerStopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Operation> CreateEnvironmentAsync(CreateEnvironment request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Create, SubjectKey.Environment(request.Name));

    public Task<Operation> CreateContainerAsync(CreateContainer request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Create, SubjectKey.Container(request.Name));

    public Task<Operation> DeployApplicationAsync(DeployApplication request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Create, SubjectKey.Application(request.Name), SubjectKey.Environment(request.Environment));

    public Task<Operation> DeleteAsync(DeleteSubject request, CancellationToken ct) => AcceptAsync(request, OperationKind.Delete, request.Subject);

    public Task<IReadOnlyList<PlannedObject>> PlanEnvironmentAsync(CreateEnvironment request, CancellationToken ct) => PlanAsync(request);

    public Task<IReadOnlyList<PlannedObject>> PlanDeletionAsync(DeleteSubject request, CancellationToken ct) => PlanAsync(request);

    public Task<Operation> UpdateEnvironmentAsync(UpdateEnvironment request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Update, SubjectKey.Environment(request.Name));

    public Task<Operation> UpdateContainerAsync(UpdateContainer request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Update, SubjectKey.Container(request.Name));

    public Task<IReadOnlyList<PlannedChange>> PlanUpdateAsync(UpdateEnvironment request, CancellationToken ct)
    {
        ThrowRefusal();
        Requests.Add(request);
        return Task.FromResult(Changes);
    }

    public Task<Operation> SwitchEnvironmentAsync(SwitchEnvironment request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Update, SubjectKey.Environment(request.Name));

    public Task<Operation> AcceptDriftAsync(AcceptDrift request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Update, SubjectKey.Environment(request.Environment));

    public Task<DateTimeOffset?> SetTimeToLiveAsync(string name, TimeSpan? timeToLive, CancellationToken ct)
    {
        ThrowRefusal();
        Requests.Add((name, timeToLive));
        return Task.FromResult(clock.GetUtcNow() + timeToLive);
    }

    public Task<IReadOnlyList<string>> FindOutdatedAsync(SubjectRecord subject, CancellationToken ct) => Task.FromResult(Outdated);

    public Task<IReadOnlyList<ContainerImage>> ListImagesAsync(SubjectRecord container, CancellationToken ct) => Task.FromResult(Images);

    public Task<IReadOnlyList<ObservedObject>> ReadAsync(string environment, CancellationToken ct)
    {
        ThrowRefusal();
        return Task.FromResult(Observed);
    }

    public Task<IReadOnlyList<ObservedObject>> ReadAsync(SubjectRecord subject, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ObservedObject>>([.. Observed.Where(each => each.Record.SubjectId == subject.Id)]);

    public Task<OrphanReport> FindAsync(CancellationToken ct) => Task.FromResult(Orphans);

    public Task<IReadOnlyList<OrphanRemoval>> RemoveAsync(IReadOnlyList<Orphan> chosen, CancellationToken ct)
    {
        Requests.AddRange(chosen);
        return Task.FromResult<IReadOnlyList<OrphanRemoval>>([.. chosen.Select(orphan => new OrphanRemoval(orphan, orphan.HoldsData ? "in use" : null))]);
    }

    public Task<Operation> ChangeApplicationAsync(ChangeApplication request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Update, SubjectKey.Application(request.Name));

    public Task<Operation> RunAsync(RunCommand request, CancellationToken ct) =>
        AcceptAsync(request, OperationKind.Run, SubjectKey.Application(request.Application));

    public async Task<Operation> CancelAsync(string operationId, bool keep, string by, CancellationToken ct)
    {
        ThrowRefusal();
        await Store.AppendAsync(operationId, [new CancelRequested(by) { Keep = keep }], ct);
        return (await Store.FindOperationAsync(operationId, ct))!;
    }

    public async Task RunAllAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        }
        finally
        {
            RunnerStopped.SetResult();
        }
    }

    public async IAsyncEnumerable<LogLine> ReadLogsAsync(SubjectKey subject, LogQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        AskedForLog = query;
        if (!query.Previous && await Store.FindSubjectAsync(subject, ct) is null)
        {
            throw new RefusedException(RefusedException.NotFound, $"There is no {subject}.", []);
        }

        foreach (var line in Log)
        {
            yield return line;
        }

        if (LogFailure is not null)
        {
            throw LogFailure;
        }

        if (query.Follow)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        }
    }

    public string DetectKind(string text) => text.StartsWith("app:", StringComparison.Ordinal) ? "application" : "environment";

    public IReadOnlyList<DefinitionProblem> Check(string text, string fileName, string kind) =>
        text.Contains("clster_size", StringComparison.Ordinal)
            ? [new(fileName, 2, 3, "environment.clster_size", "unknown key", "one of cluster_size", "cluster_size")]
            : [];

    public string EnvironmentSchema() => """{"title":"environment"}""";

    public string ApplicationSchema() => """{"title":"application"}""";

    private async Task<Operation> AcceptAsync(ClientRequest request, OperationKind kind, SubjectKey subject, params IReadOnlyList<SubjectKey> holds)
    {
        await (Checking?.Invoke() ?? Task.CompletedTask);
        ThrowRefusal();
        Requests.Add(request);
        var existing = await Store.FindSubjectAsync(subject, CancellationToken.None);
        if (existing is null && kind == OperationKind.Delete)
        {
            throw new RefusedException(RefusedException.NotFound, $"There is no {subject}.", []);
        }

        var definition = request switch
        {
            CreateContainer container => new ContainerDefinition(container.Registry, container.ContextArchive, container.Dockerfile).ToString(),
            UpdateContainer container => new ContainerDefinition("local", container.ContextArchive, container.Dockerfile ?? "Dockerfile").ToString(),
            _ => "definition",
        };
        var others = new List<NewOperation>();
        foreach (var other in Others())
        {
            others.Add(new(Next(kind, other, (await Store.FindSubjectAsync(other, CancellationToken.None))!.Id, [], definition, [], request), null));
        }

        var id = existing?.Id ?? "abc123";
        var operation = Next(kind, subject, id, holds, definition, [.. others.Select(other => other.Operation.Id)], request);
        var created = kind == OperationKind.Create ? Samples.Subject(subject, SubjectStatus.Creating, id) : null;
        return await Store.EnqueueAsync([.. others, new(operation, created)], CancellationToken.None);
    }

    private Operation Next(
        OperationKind kind,
        SubjectKey subject,
        string id,
        IReadOnlyList<SubjectKey> holds,
        string definition,
        IReadOnlyList<string> after,
        ClientRequest request) => new(
            $"op-{++operations:000000000000}", kind, subject, id, holds, new(definition, "my file.yaml", false, false, after),
            OperationState.Queued, "ada", clock.GetUtcNow(), null, null, null, request.RequestKey);

    private Task<IReadOnlyList<PlannedObject>> PlanAsync(object request)
    {
        ThrowRefusal();
        Requests.Add(request);
        return Task.FromResult(Plan);
    }

    private void ThrowRefusal()
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }
    }
}

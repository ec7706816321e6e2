using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;

namespace CaaStle.Server.Hosting;

/// <summary>An empty store, in place of the real one until <see cref="Composition"/> opens that. To be deleted then.</summary>
internal sealed class UnfinishedStore : IStateStore
{
    public string InstallationId => "none";

    public Task EnqueueAsync(Operation operation, SubjectRecord? subject, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task AppendAsync(string operationId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Operation?> FindOperationAsync(string operationId, CancellationToken cancellationToken) => Task.FromResult<Operation?>(null);

    public Task<IReadOnlyList<Operation>> ListOperationsAsync(OperationFilter filter, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Operation>>([]);

    public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
        string? operationId, long afterPosition, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<JournalRecord>>([]);

    public Task<SubjectRecord?> FindSubjectAsync(SubjectKey key, CancellationToken cancellationToken) => Task.FromResult<SubjectRecord?>(null);

    public Task<IReadOnlyList<SubjectRecord>> ListSubjectsAsync(SubjectKind kind, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SubjectRecord>>([]);

    public Task<IReadOnlyList<ObjectRecord>> ListObjectsAsync(string subjectId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ObjectRecord>>([]);

    public Task WaitForEntriesAsync(long afterPosition, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
}

/// <summary>Stands for the engine until <see cref="Composition"/> adds it. To be deleted then.</summary>
internal sealed class UnfinishedEngine : IOperationService, IOperationRunner, IObjectReader, IDefinitionChecker
{
    public Task<Operation> CreateEnvironmentAsync(CreateEnvironment request, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<PlannedObject>> PlanEnvironmentAsync(CreateEnvironment request, CancellationToken ct) => throw new NotSupportedException();

    public Task<Operation> CreateContainerAsync(CreateContainer request, CancellationToken ct) => throw new NotSupportedException();

    public Task<Operation> DeployApplicationAsync(DeployApplication request, CancellationToken ct) => throw new NotSupportedException();

    public Task<Operation> DeleteAsync(DeleteSubject request, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<PlannedObject>> PlanDeletionAsync(DeleteSubject request, CancellationToken ct) => throw new NotSupportedException();

    public Task<Operation> CancelAsync(string operationId, string by, CancellationToken ct) => throw new NotSupportedException();

    public Task RunAllAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(SubjectRecord subject, LogQuery query, CancellationToken ct) => throw new NotSupportedException();

    public string DetectKind(string text) => "environment";

    public IReadOnlyList<DefinitionProblem> Check(string text, string fileName, string kind) => [];

    public string EnvironmentSchema() => "{}";

    public string ApplicationSchema() => "{}";
}

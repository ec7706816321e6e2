using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Operations;

public sealed record CreateEnvironment(string Name, string Definition, string FileName, bool KeepOnFailure, string By);

public sealed record CreateContainer(string Name, string Registry, string ContextArchive, string Dockerfile, bool KeepOnFailure, string By);

public sealed record DeployApplication(string Name, string Environment, string Definition, string FileName, bool KeepOnFailure, string By);

public sealed record DeleteSubject(SubjectKey Subject, bool Force, bool KeepData, string By);

public sealed record PlannedObject(string Key, string Kind, string? Identity, IReadOnlyList<string> DependsOn, bool HoldsData);

public interface IOperationService
{
    Task<Operation> CreateEnvironmentAsync(CreateEnvironment request, CancellationToken ct);

    Task<IReadOnlyList<PlannedObject>> PlanEnvironmentAsync(CreateEnvironment request, CancellationToken ct);

    Task<Operation> CreateContainerAsync(CreateContainer request, CancellationToken ct);

    Task<Operation> DeployApplicationAsync(DeployApplication request, CancellationToken ct);

    Task<Operation> DeleteAsync(DeleteSubject request, CancellationToken ct);

    Task<IReadOnlyList<PlannedObject>> PlanDeletionAsync(DeleteSubject request, CancellationToken ct);

    Task<Operation> CancelAsync(string operationId, string by, CancellationToken ct);
}

/// <summary>Refusals that change nothing: code is one of Api's ProblemCodes (as text), next = commands to type.</summary>
public sealed class RefusedException(string code, string message, IReadOnlyList<string> next) : Exception(message)
{
    public string Code => code;

    public IReadOnlyList<string> Next => next;
}

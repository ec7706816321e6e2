using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <param name="Definition">The YAML text.</param>
/// <param name="FileName">Where it came from, for messages.</param>
/// <param name="KeepOnFailure">Leave what was made when it fails.</param>
/// <param name="By">Who asks.</param>
public sealed record CreateEnvironment(string Name, string Definition, string FileName, bool KeepOnFailure, string By);

/// <param name="ContextArchive">Path of the build context's tar file; the operation owns it from now on.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context.</param>
public sealed record CreateContainer(string Name, string Registry, string ContextArchive, string Dockerfile, bool KeepOnFailure, string By);

/// <param name="Environment">The environment's name.</param>
public sealed record DeployApplication(string Name, string Environment, string Definition, string FileName, bool KeepOnFailure, string By);

/// <param name="Force">Delete the applications in an environment first.</param>
/// <param name="KeepData">Leave objects that hold data.</param>
public sealed record DeleteSubject(SubjectKey Subject, bool Force, bool KeepData, string By);

/// <summary>One step of what an operation would do.</summary>
/// <param name="Identity">The object's name in its cloud; null where that depends on what is not made yet.</param>
public sealed record PlannedObject(string Key, string Kind, string? Identity, IReadOnlyList<string> DependsOn, bool HoldsData);

/// <summary>
/// Accepts requests: checks everything that can be checked before anything changes, then enqueues an operation. Throws
/// <see cref="InvalidDefinitionException"/>, <see cref="RefusedException"/>, <see cref="OperationConflictException"/> and
/// <see cref="SubjectExistsException"/>, each having changed nothing.
/// </summary>
public interface IOperationService
{
    Task<Operation> CreateEnvironmentAsync(CreateEnvironment request, CancellationToken cancellationToken);

    /// <summary>What creating the environment would make, each object after those that it depends on.</summary>
    Task<IReadOnlyList<PlannedObject>> PlanEnvironmentAsync(CreateEnvironment request, CancellationToken cancellationToken);

    Task<Operation> CreateContainerAsync(CreateContainer request, CancellationToken cancellationToken);

    Task<Operation> DeployApplicationAsync(DeployApplication request, CancellationToken cancellationToken);

    Task<Operation> DeleteAsync(DeleteSubject request, CancellationToken cancellationToken);

    /// <summary>What the deletion would delete, in the order in which it was made.</summary>
    Task<IReadOnlyList<PlannedObject>> PlanDeletionAsync(DeleteSubject request, CancellationToken cancellationToken);

    Task<Operation> CancelAsync(string operationId, string by, CancellationToken cancellationToken);
}

/// <summary>A request that cannot be granted, and that has changed nothing.</summary>
/// <param name="code">Stable, one of those in <c>docs/errors.md</c>.</param>
/// <param name="next">Commands to type next.</param>
public sealed class RefusedException(string code, string message, IReadOnlyList<string> next) : Exception(message)
{
    public const string InvalidRequest = "invalid-request";
    public const string NotFound = "not-found";
    public const string NotAvailable = "not-available";
    public const string InUse = "in-use";
    public const string CloudNotReady = "cloud-not-ready";

    public string Code => code;

    public IReadOnlyList<string> Next => next;
}

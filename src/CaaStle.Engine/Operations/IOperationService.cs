using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <summary>A request that starts an operation.</summary>
public abstract record ClientRequest
{
    /// <summary>Who asks.</summary>
    public abstract string By { get; init; }

    /// <summary>What the client names its request by; null when it gave no name. See <see cref="Operation"/>.</summary>
    public string? RequestKey { get; init; }
}

/// <param name="Definition">The YAML text.</param>
/// <param name="FileName">Where it came from, for messages.</param>
/// <param name="KeepOnFailure">Leave what was made when it fails.</param>
public sealed record CreateEnvironment(string Name, string Definition, string FileName, bool KeepOnFailure, string By) : ClientRequest
{
    /// <summary>After which the environment is deleted by itself; null for never.</summary>
    public TimeSpan? TimeToLive { get; init; }
}

/// <param name="ContextArchive">Path of the build context's tar file; the operation owns it from now on.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context.</param>
public sealed record CreateContainer(
    string Name, string Registry, string ContextArchive, string Dockerfile, bool KeepOnFailure, string By) : ClientRequest
{
    /// <summary>Values of the registry's options.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

/// <param name="ContextArchive">Path of the new build context's tar file; the operation owns it from now on.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context; null for that of before.</param>
public sealed record UpdateContainer(string Name, string ContextArchive, string? Dockerfile, bool KeepOnFailure, string By) : ClientRequest;

/// <param name="Environment">The environment's name.</param>
public sealed record DeployApplication(
    string Name, string Environment, string Definition, string FileName, bool KeepOnFailure, string By) : ClientRequest;

/// <param name="Confirm">The environment's name, where data would be lost.</param>
public sealed record UpdateEnvironment(
    string Name, string Definition, string FileName, string? Confirm, bool KeepOnFailure, string By) : ClientRequest;

/// <param name="Action"><see cref="OperationAction.Pause"/>, <see cref="OperationAction.Resume"/> or <see cref="OperationAction.Repair"/>.</param>
public sealed record SwitchEnvironment(string Name, string Action, string By) : ClientRequest;

/// <summary>Forgets what is recorded of the environment and its applications, and missing.</summary>
public sealed record AcceptDrift(string Environment, string By) : ClientRequest;

/// <param name="Action">One of <see cref="OperationAction"/> that applications know.</param>
public sealed record ChangeApplication(string Name, string Action, bool KeepOnFailure, string By) : ClientRequest
{
    /// <summary>Of a redeployment: the YAML text; null for the definition in force, with images as they are now.</summary>
    public string? Definition { get; init; }

    /// <summary>Where the definition came from, for messages.</summary>
    public string FileName { get; init; } = "";

    /// <summary>Of a rollback: the revision to go back to; null for the last good one before that in force.</summary>
    public int? Revision { get; init; }

    /// <summary>Of scaling.</summary>
    public int? Replicas { get; init; }
}

/// <summary>Runs a command once, with what the application has: its image, variables and volumes.</summary>
public sealed record RunCommand(string Application, IReadOnlyList<string> Command, string By) : ClientRequest;

/// <param name="Force">Delete the applications in an environment first.</param>
/// <param name="KeepData">Leave objects that hold data.</param>
public sealed record DeleteSubject(SubjectKey Subject, bool Force, bool KeepData, string By) : ClientRequest;

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

    /// <summary>Builds the container anew from another context; applications go on with the former image until they are redeployed.</summary>
    Task<Operation> UpdateContainerAsync(UpdateContainer request, CancellationToken cancellationToken);

    Task<Operation> DeployApplicationAsync(DeployApplication request, CancellationToken cancellationToken);

    Task<Operation> DeleteAsync(DeleteSubject request, CancellationToken cancellationToken);

    /// <summary>What the deletion would delete, in the order in which it was made.</summary>
    Task<IReadOnlyList<PlannedObject>> PlanDeletionAsync(DeleteSubject request, CancellationToken cancellationToken);

    Task<Operation> UpdateEnvironmentAsync(UpdateEnvironment request, CancellationToken cancellationToken);

    /// <summary>What the update would do with each object; those of the environment as it is to be after those that they depend on.</summary>
    Task<IReadOnlyList<PlannedChange>> PlanUpdateAsync(UpdateEnvironment request, CancellationToken cancellationToken);

    /// <summary>
    /// Pauses, resumes or repairs the environment with its applications: one operation for each, of which the last is returned.
    /// </summary>
    Task<Operation> SwitchEnvironmentAsync(SwitchEnvironment request, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets objects that are missing: one operation for the environment and each application of which something is, of which the last is
    /// returned. What is changed or broken stays as it is.
    /// </summary>
    Task<Operation> AcceptDriftAsync(AcceptDrift request, CancellationToken cancellationToken);

    /// <summary>Has the environment deleted by itself after that time from now; null for never.</summary>
    /// <returns>When.</returns>
    Task<DateTimeOffset?> SetTimeToLiveAsync(string name, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>Redeploys, rolls back, scales, restarts, stops, starts or repairs.</summary>
    Task<Operation> ChangeApplicationAsync(ChangeApplication request, CancellationToken cancellationToken);

    Task<Operation> RunAsync(RunCommand request, CancellationToken cancellationToken);

    /// <param name="keep">Of what is being undone: undo it no further, and keep what is there.</param>
    Task<Operation> CancelAsync(string operationId, bool keep, string by, CancellationToken cancellationToken);
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
    public const string LosesData = "loses-data";
    public const string CloudNotReady = "cloud-not-ready";

    public string Code => code;

    public IReadOnlyList<string> Next => next;
}

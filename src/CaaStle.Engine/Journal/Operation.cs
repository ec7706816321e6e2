namespace CaaStle.Engine.Journal;

public enum OperationKind
{
    /// <summary>Makes a subject.</summary>
    Create,

    /// <summary>Makes another of what is there.</summary>
    Update,

    /// <summary>Takes a subject away.</summary>
    Delete,

    /// <summary>Does something with a subject that stays as it is.</summary>
    Run,
}

/// <summary>Derived from the journal (<see cref="Projection"/>). The first three are under way; the others are ends (Rule 3).</summary>
public enum OperationState
{
    Queued,
    Running,
    RollingBack,
    Succeeded,
    RolledBack,

    /// <summary>Failed, and what was made is still there because the user asked for it.</summary>
    Kept,
}

/// <summary>What was asked for, with everything that is needed to do it again from the start after a crash.</summary>
/// <param name="Definition">The YAML text, or for a container its request as JSON.</param>
/// <param name="FileName">Where the definition came from, for messages.</param>
/// <param name="KeepOnFailure">The user gave <c>--no-rollback</c>.</param>
/// <param name="KeepData">A deletion leaves objects that hold data.</param>
/// <param name="After">Operations that must have ended before this one starts; they do not stand in its way.</param>
public sealed record OperationRequest(
    string Definition, string FileName, bool KeepOnFailure, bool KeepData, IReadOnlyList<string> After)
{
    /// <summary>
    /// The user's verb: redeploy, scale, rollback, restart, stop, start, pause, resume, update. Null for creations and deletions.
    /// </summary>
    public string? Action { get; init; }

    /// <summary>How an update is to leave the subject; null for others.</summary>
    public Desired? Desired { get; init; }
}

/// <param name="Id">Sortable by time, unique, short enough to type: <c>op-</c> and twelve lower-case letters and digits.</param>
/// <param name="Holds">
/// The subjects that must not change meanwhile, besides <paramref name="Subject"/> itself, which no other operation may work on or hold.
/// </param>
/// <param name="CancelledBy">Who asked to cancel it; null when nobody did.</param>
/// <param name="Failure">Why it did not do what was asked; null as long as nothing went wrong.</param>
/// <param name="EndedAt">Null while it is under way.</param>
/// <param name="RequestKey">
/// What the client names its request by, so that a repeated request meets what the first has started; null when it gave none.
/// </param>
public sealed record Operation(
    string Id,
    OperationKind Kind,
    SubjectKey Subject,
    string SubjectId,
    IReadOnlyList<SubjectKey> Holds,
    OperationRequest Request,
    OperationState State,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    string? CancelledBy,
    Failure? Failure,
    DateTimeOffset? EndedAt,
    string? RequestKey)
{
    public bool IsEnded => EndedAt is not null;
}

/// <param name="Code">Stable, documented in <c>docs/errors.md</c>: <c>object-failed</c>, <c>cancelled</c>.</param>
/// <param name="Key">The object that failed, where one did.</param>
/// <param name="Message">The cause in the cloud's own words.</param>
/// <param name="LastLog">The last lines of the failed object, oldest first.</param>
public sealed record Failure(string Code, string? Key, string Message, IReadOnlyList<string> LastLog)
{
    public const string ObjectFailed = "object-failed";
    public const string NameTaken = "name-taken";
    public const string Cancelled = "cancelled";
    public const string Internal = "internal";
}

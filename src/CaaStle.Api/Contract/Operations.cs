namespace CaaStle.Api;

/// <param name="Id"><c>op-...</c>.</param>
/// <param name="Action">create, delete, or the verb by which it changes what is there: redeploy, scale, ...</param>
/// <param name="Subject"><c>environment/orders</c>.</param>
/// <param name="State">queued, running, rolling-back, finishing, succeeded, rolled-back or kept.</param>
/// <param name="Outputs">Of a subject that this operation made available; <see cref="OutputGroup"/> by part.</param>
public sealed record OperationView(
    string Id,
    string Action,
    string Subject,
    string State,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? EndedAt,
    string? CancelledBy,
    FailureView? Failure,
    IReadOnlyList<OutputGroup> Outputs,
    IReadOnlyList<string> Next)
{
    public bool IsEnded => EndedAt is not null;

    /// <summary>Which revision of the subject the operation is about, where it has revisions.</summary>
    public int? Revision { get; init; }

    /// <summary>Of a change of what was there: the subject's status before, which it has again when the change is rolled back.</summary>
    public string? StatusBefore { get; init; }

    /// <summary>
    /// Of what has changed an environment or a container: applications that go on with what it was, until they are redeployed.
    /// </summary>
    public IReadOnlyList<string> OutdatedApplications { get; init; } = [];

    /// <summary>
    /// Of the answer to a request that started several: the ids of all, this one included, each after those that it waits for.
    /// </summary>
    public IReadOnlyList<string> Together { get; init; } = [];
}

/// <param name="Code">Stable; docs/errors.md has a section for each.</param>
/// <param name="Key">The object that failed, where one did.</param>
/// <param name="Cause">In the cloud's own words.</param>
public sealed record FailureView(string Code, string? Key, string Cause, IReadOnlyList<string> LastLog)
{
    /// <summary>What a command that failed ended with.</summary>
    public int? ExitCode { get; init; }
}

/// <param name="Part"><c>mysql</c>, <c>mysql.orders</c>; empty for the subject itself.</param>
public sealed record OutputGroup(string Part, IReadOnlyList<OutputView> Outputs);

/// <summary>
/// One thing that happened. The same stream serves the terminal, JSON output, the web page and the history. Which properties are there
/// depends on the type; docs/events.md lists the types.
/// </summary>
/// <param name="Position">Where the stream can be taken up again; the id of the server-sent event.</param>
/// <param name="Sequence">1, 2, 3, ... within the operation.</param>
/// <param name="Type">As in the journal: operation-started, object-ready, ...</param>
public sealed record EventView(long Position, string Operation, long Sequence, DateTimeOffset At, string Type)
{
    /// <summary>The object that it is about.</summary>
    public string? Key { get; init; }

    public string? Kind { get; init; }

    /// <summary>The object's name in its cloud.</summary>
    public string? Identity { get; init; }

    /// <summary>The cloud's word, a reason, or the end that the operation came to.</summary>
    public string? Detail { get; init; }

    /// <summary>Who asked.</summary>
    public string? By { get; init; }

    /// <summary>Log lines.</summary>
    public IReadOnlyList<string>? Lines { get; init; }

    /// <summary>Of operation-planned: all steps.</summary>
    public IReadOnlyList<PlanStepView>? Steps { get; init; }

    public FailureView? Failure { get; init; }
}

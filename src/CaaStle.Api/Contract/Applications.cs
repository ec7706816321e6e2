namespace CaaStle.Api;

/// <param name="Definition">The YAML text.</param>
public sealed record ApplicationDeployRequest(
    string Name, string Environment, string Definition, string FileName, bool NoRollback = false);

/// <param name="Definition">The YAML text; null for the definition in force, with images as they are now.</param>
/// <param name="FileName">Where it came from, for messages.</param>
/// <param name="Environment">Where the application is taken to run; refused when it runs elsewhere. Null for wherever it does.</param>
public sealed record ApplicationRedeployRequest(
    string? Definition = null, string? FileName = null, string? Environment = null, bool NoRollback = false);

/// <param name="Definition">The YAML text.</param>
public sealed record ApplicationBuildsRequest(string Name, string Definition, string FileName);

/// <summary>What must be built before an application can be deployed.</summary>
/// <param name="Container">The name of the container that it is to be.</param>
/// <param name="Context">The build context, relative to the definition's file.</param>
/// <param name="Dockerfile">Path within the context.</param>
public sealed record ApplicationBuildView(string Container, string Context, string Dockerfile);

/// <param name="Command">The command and its arguments.</param>
public sealed record ApplicationRunRequest(IReadOnlyList<string> Command);

/// <param name="Url">Null until it answers.</param>
public sealed record ApplicationSummary(
    string Name, string Environment, string Status, string? Url, DateTimeOffset CreatedAt, string? Operation)
{
    /// <summary>Which revision is in force: 1, 2, 3, ...</summary>
    public int Revision { get; init; } = 1;

    /// <summary>How many run; 0 while it is stopped.</summary>
    public int? Replicas { get; init; }
}

public sealed record ApplicationDetail(
    string Name,
    string Environment,
    string Status,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? Operation,
    IReadOnlyList<OutputView> Outputs,
    IReadOnlyList<ObjectView> Objects,
    string Definition)
{
    /// <summary>Which revision is in force: 1, 2, 3, ...</summary>
    public int Revision { get; init; } = 1;

    /// <summary>How many run; 0 while it is stopped.</summary>
    public int? Replicas { get; init; }
}

/// <summary>What one operation made of an application.</summary>
/// <param name="Number">The revision that it was about.</param>
/// <param name="IsNew">It made that revision, instead of changing how many run.</param>
/// <param name="IsGone">Of an application of that name that was deleted.</param>
/// <param name="Action">deploy, redeploy, rollback, scale, restart, stop, start or repair.</param>
/// <param name="Image">What the exposed container ran, by a reference that always means the same; null where nothing ran.</param>
/// <param name="Changes">What differs from what was before, in words.</param>
/// <param name="State">How the operation ended, or where it is.</param>
public sealed record RevisionView(
    int Number,
    bool IsNew,
    bool IsInForce,
    bool IsGone,
    string Operation,
    string Action,
    string? Image,
    IReadOnlyList<string> Changes,
    string State,
    FailureView? Failure,
    DateTimeOffset At,
    string By,
    string Definition);

/// <summary>One line of an application's log; a log is a stream of these as NDJSON.</summary>
public sealed record LogLineView(DateTimeOffset? At, string Source, string Text);

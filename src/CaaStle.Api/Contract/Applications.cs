namespace CaaStle.Api;

/// <param name="Definition">The YAML text.</param>
public sealed record ApplicationDeployRequest(
    string Name, string Environment, string Definition, string FileName, bool NoRollback = false);

/// <param name="Url">Null until it answers.</param>
public sealed record ApplicationSummary(
    string Name, string Environment, string Status, string? Url, DateTimeOffset CreatedAt, string? Operation);

public sealed record ApplicationDetail(
    string Name,
    string Environment,
    string Status,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? Operation,
    IReadOnlyList<OutputView> Outputs,
    IReadOnlyList<ObjectView> Objects,
    string Definition);

/// <summary>One line of an application's log; a log is a stream of these as NDJSON.</summary>
public sealed record LogLineView(DateTimeOffset? At, string Source, string Text);

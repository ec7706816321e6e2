namespace CaaStle.Api;

/// <param name="Definition">The YAML text.</param>
/// <param name="FileName">Where it came from, for messages.</param>
/// <param name="NoRollback">Keep what was made if the creation fails.</param>
/// <param name="TimeToLiveSeconds">After which it is deleted by itself; null for never.</param>
public sealed record EnvironmentCreateRequest(
    string Name, string Definition, string FileName, bool NoRollback = false, long? TimeToLiveSeconds = null);

/// <param name="Definition">The YAML text.</param>
/// <param name="FileName">Where it came from, for messages.</param>
/// <param name="Confirm">The environment's name, where data would be lost.</param>
/// <param name="NoRollback">Keep what was made if the update fails.</param>
public sealed record EnvironmentUpdateRequest(string Definition, string FileName, string? Confirm = null, bool NoRollback = false);

/// <param name="Name">For the new environment.</param>
public sealed record EnvironmentCopyRequest(string Name, bool NoRollback = false, long? TimeToLiveSeconds = null);

/// <param name="TimeToLiveSeconds">From now on; null for never.</param>
public sealed record ExpiryRequest(long? TimeToLiveSeconds);

/// <param name="ExpiresAt">When the environment is deleted by itself, with the applications in it; null for never.</param>
public sealed record ExpiryView(string Name, DateTimeOffset? ExpiresAt);

/// <param name="Status">creating, available, updating, paused, rolling-back, create-failed, update-failed or deleting.</param>
/// <param name="Operation">The operation that is working on it, if one is.</param>
public sealed record EnvironmentSummary(
    string Name, string Status, string Target, string Type, int Resources, int Applications, DateTimeOffset CreatedAt, string? Operation)
{
    /// <summary>When it is deleted by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

public sealed record EnvironmentDetail(
    string Name,
    string Status,
    string Target,
    string Type,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? Operation,
    IReadOnlyList<OutputView> Outputs,
    IReadOnlyList<ResourceView> Resources,
    IReadOnlyList<string> Applications,
    IReadOnlyList<ObjectView> Objects,
    string Definition)
{
    /// <summary>When it is deleted by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Applications that run with values that the environment does not have any more, until they are redeployed.</summary>
    public IReadOnlyList<string> OutdatedApplications { get; init; } = [];
}

/// <param name="Value">Masked when secret, unless it was asked for in the clear.</param>
public sealed record OutputView(string Name, string Value, bool Secret);

/// <param name="Name">Its own name, or its type where the file gives none.</param>
/// <param name="Status">
/// The environment's; missing where something of it was missing and is forgotten; where the environment is asked how it is now, also missing,
/// broken or unknown, as the worst of its objects.
/// </param>
/// <param name="Outputs">None where something of it was missing and is forgotten.</param>
public sealed record ResourceView(string Environment, string Name, string Type, string Status, IReadOnlyList<OutputView> Outputs);

/// <summary>A cloud object that exists or may exist.</summary>
/// <param name="Key">Its key in the blueprint: <c>mysql/volume</c>.</param>
/// <param name="Kind"><c>docker/volume</c>.</param>
/// <param name="Identity">What the cloud's own tools call it.</param>
/// <param name="Status">intended, ready, deleting or kept.</param>
public sealed record ObjectView(string Key, string Kind, string Identity, string Status, bool HoldsData)
{
    /// <summary>How it is in its cloud, where that was asked for; null otherwise, and while an operation works on it.</summary>
    public ObjectNowView? Now { get; init; }
}

/// <param name="State">ready, missing, broken, changed or unknown, as in <see cref="ObjectDriftView"/>.</param>
/// <param name="Detail">The cloud's word for it, or why it cannot be told.</param>
public sealed record ObjectNowView(string State, string Detail);

/// <summary>What an operation would do.</summary>
/// <param name="Steps">Each after those that it depends on.</param>
public sealed record PlanView(string Subject, string Action, IReadOnlyList<PlanStepView> Steps);

/// <param name="Kind">The object's kind; <c>value</c> for a generated password.</param>
/// <param name="Identity">The name that it will have (or has, when it is to be deleted); null where it depends on what is not made yet.</param>
public sealed record PlanStepView(string Key, string Kind, string? Identity, IReadOnlyList<string> DependsOn, bool HoldsData)
{
    /// <summary>Of an operation's plan: the object goes once everything else is ready.</summary>
    public bool Removes { get; init; }

    /// <summary>Of an update's plan: create, keep, change (in place), replace or delete.</summary>
    public string? Change { get; init; }

    /// <summary>Of an update's plan: what the object keeps would be gone.</summary>
    public bool LosesData { get; init; }
}

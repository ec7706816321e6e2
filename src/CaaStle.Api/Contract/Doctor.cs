namespace CaaStle.Api;

/// <summary>What was looked at, and what is wrong with it.</summary>
/// <param name="ServerVersion">Null when no server answered.</param>
public sealed record CheckReport(string? ServerVersion, IReadOnlyList<CheckView> Checks)
{
    public bool Passed => Checks.All(check => check.Result != CheckView.Failed);
}

/// <param name="Area">machine, server, or the name of a cloud.</param>
/// <param name="Name">What was looked at.</param>
/// <param name="Result">passed, warning or failed.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Fix">What to type, or to do where nothing can be typed; empty when it passed.</param>
public sealed record CheckView(string Area, string Name, string Result, string Detail, IReadOnlyList<string> Fix)
{
    public const string Passed = "passed";
    public const string Warning = "warning";
    public const string Failed = "failed";
}

/// <param name="Unanswered">Clouds that could not be asked, each with why: what they have is not known.</param>
public sealed record OrphanReportView(IReadOnlyList<OrphanView> Orphans, IReadOnlyList<string> Unanswered);

/// <summary>Something in a cloud with this installation's labels that is in no record.</summary>
/// <param name="Kind"><c>docker/volume</c>.</param>
/// <param name="Name">What the cloud's own tools call it.</param>
/// <param name="Subject">What it was made for, as its labels say.</param>
/// <param name="SubjectId">Which life of that.</param>
/// <param name="Key">Its key there: <c>mysql/volume</c>.</param>
public sealed record OrphanView(string Cloud, string Kind, string Name, string Subject, string SubjectId, string Key, bool HoldsData);

/// <param name="Orphans">Those to remove, as the report has them.</param>
public sealed record OrphanRemovalRequest(IReadOnlyList<OrphanView> Orphans);

/// <param name="Failure">Why it is still there; null when it is gone.</param>
public sealed record OrphanRemovalView(OrphanView Orphan, string? Failure);

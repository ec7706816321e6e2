namespace CaaStle.Abstractions;

/// <param name="Follow">Go on with what is written from now on, until cancelled.</param>
/// <param name="Tail">At most so many of the last lines to begin with; null for all.</param>
/// <param name="Since">Nothing older.</param>
/// <param name="Previous">What was written before the last start, instead of what was written since.</param>
/// <param name="Replica">Of this replica only, from 1.</param>
public sealed record LogQuery(
    bool Follow = false, int? Tail = null, DateTimeOffset? Since = null, bool Previous = false, int? Replica = null);

/// <param name="At">When the line was written, where the source says.</param>
/// <param name="Source">Which container or replica wrote it.</param>
public sealed record LogLine(DateTimeOffset? At, string Source, string Text);

/// <summary>A handler whose objects write logs.</summary>
public interface ILogSource
{
    /// <summary>Lines, oldest first. The specification is one of the handler's own kind.</summary>
    IAsyncEnumerable<LogLine> ReadLogsAsync(ICloudObjectSpec spec, LogQuery query, CancellationToken cancellationToken);
}

/// <summary>A COE that can tell before an application is deployed what would make it fail.</summary>
public interface IApplicationCheck
{
    /// <summary>Obstacles as sentences: a port that is taken, an image that is nowhere. Changes nothing.</summary>
    Task<IReadOnlyList<string>> FindObstaclesAsync(ApplicationRequest request, CancellationToken cancellationToken);
}

/// <summary>A COE that can tell before an environment is made, or grows, what would make it fail.</summary>
public interface IEnvironmentCheck
{
    /// <summary>Obstacles as sentences: more than the account may have. Changes nothing.</summary>
    /// <param name="added">How many objects of each kind would be made.</param>
    Task<IReadOnlyList<string>> FindObstaclesAsync(
        CoeRequest request, IReadOnlyDictionary<string, int> added, CancellationToken cancellationToken);
}

/// <summary>A cloud that can list what carries our marks.</summary>
public interface IMarkedObjects
{
    /// <summary>Every object with the labels of this installation and, where given, of this subject id.</summary>
    Task<IReadOnlyList<MarkedObject>> FindMarkedAsync(string installation, string? subjectId, CancellationToken cancellationToken);

    /// <summary>A specification that suffices to read and to delete what was found. Nothing is created by it.</summary>
    ICloudObjectSpec SpecOf(MarkedObject found);
}

/// <param name="Name">What the cloud's own tools call it.</param>
/// <param name="Subject">Its <see cref="Marks.SubjectLabel"/>.</param>
public sealed record MarkedObject(string Kind, string Name, string Subject, string SubjectId, string Key);

/// <summary>A cloud that can tell more about how it is than what stands in the way of using it.</summary>
public interface ISelfCheck
{
    /// <summary>What was looked at, also where all is well. Changes nothing, and is asked only when no obstacle is found.</summary>
    Task<IReadOnlyList<CheckOutcome>> CheckAsync(CancellationToken cancellationToken);
}

public enum CheckResult
{
    Passed,

    /// <summary>It works, but not for long, or not for everything.</summary>
    Warned,
    Failed,
}

/// <param name="Name">What was looked at, in few words.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Fix">What to type, or to do where nothing can be typed; empty when it passed.</param>
public sealed record CheckOutcome(string Name, CheckResult Result, string Detail, IReadOnlyList<string> Fix)
{
    public static CheckOutcome Passed(string name, string detail) => new(name, CheckResult.Passed, detail, []);

    public static CheckOutcome Warned(string name, string detail, params IReadOnlyList<string> fix) => new(name, CheckResult.Warned, detail, fix);

    public static CheckOutcome Failed(string name, string detail, params IReadOnlyList<string> fix) => new(name, CheckResult.Failed, detail, fix);
}

/// <summary>A cloud that knows who its user is, by profiles that the user's own files name.</summary>
public interface IIdentitySource
{
    /// <summary>Asks the cloud. Throws <see cref="CloudException"/> with what to do where it does not know the user.</summary>
    /// <param name="profile">Null for the one that holds where none is named.</param>
    Task<CloudIdentity> IdentifyAsync(string? profile, CancellationToken cancellationToken);
}

/// <param name="Account">Whose things what is made will be among.</param>
/// <param name="Name">What the cloud calls the user.</param>
/// <param name="Region">Where things are made when nothing else is said; null when that is open.</param>
public sealed record CloudIdentity(string Account, string Name, string? Region);

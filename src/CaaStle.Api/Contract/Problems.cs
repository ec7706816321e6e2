namespace CaaStle.Api;

/// <summary>An RFC 9457 problem, <c>application/problem+json</c>.</summary>
/// <param name="Type">A reference to the code's section in docs/errors.md.</param>
/// <param name="Title">What is wrong, in one sentence.</param>
/// <param name="Detail">The cause, in the words of whoever knows it.</param>
/// <param name="Code">Stable; see <see cref="ProblemCodes"/>.</param>
/// <param name="Next">Commands to type next.</param>
/// <param name="Errors">Everything that is wrong with a definition.</param>
/// <param name="Operation">The operation that stands in the way, or that failed.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string? Detail,
    string Code,
    IReadOnlyList<string> Next,
    IReadOnlyList<DefinitionError> Errors,
    OperationView? Operation);

/// <summary>One thing wrong in a file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Path"><c>environment.app_deployment.clster_size</c>.</param>
/// <param name="Expected">What would be right there.</param>
/// <param name="Suggestion">The nearest valid word, if one is near.</param>
public sealed record DefinitionError(
    string File, int Line, int Column, string Path, string Message, string? Expected, string? Suggestion);

/// <summary>The stable codes of problems and failures; each has a section in docs/errors.md.</summary>
public static class ProblemCodes
{
    public const string InvalidDefinition = "invalid-definition";
    public const string InvalidRequest = "invalid-request";
    public const string Unauthorized = "unauthorized";
    public const string Forbidden = "forbidden";
    public const string NotFound = "not-found";
    public const string AlreadyExists = "already-exists";

    /// <summary>Another operation is under way.</summary>
    public const string Locked = "locked";

    /// <summary>It is not in the state that the request needs.</summary>
    public const string NotAvailable = "not-available";

    /// <summary>Applications run in the environment.</summary>
    public const string InUse = "in-use";

    /// <summary>Data would be lost, and that was not confirmed.</summary>
    public const string LosesData = "loses-data";

    /// <summary>The cloud cannot be used now.</summary>
    public const string CloudNotReady = "cloud-not-ready";

    public const string TooLarge = "too-large";

    /// <summary>The store cannot be written.</summary>
    public const string StorageFailed = "storage-failed";

    /// <summary>Found by a client: no server answers.</summary>
    public const string ServerUnreachable = "server-unreachable";

    /// <summary>A defect of the server.</summary>
    public const string Internal = "internal";

    /// <summary>Of an operation: an object cannot become ready.</summary>
    public const string ObjectFailed = "object-failed";

    /// <summary>Of an operation: something else has the object's name.</summary>
    public const string NameTaken = "name-taken";

    /// <summary>Of an operation: another one that comes first did not succeed.</summary>
    public const string PredecessorFailed = "predecessor-failed";

    /// <summary>Of an operation: the user cancelled it.</summary>
    public const string Cancelled = "cancelled";
}

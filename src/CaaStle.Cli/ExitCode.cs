using CaaStle.Api;

namespace CaaStle.Cli;

/// <summary>What scripts can rely on; listed in <c>cld --help</c>.</summary>
internal enum ExitCode
{
    Ok = 0,
    Failed = 1,
    Usage = 2,
    Unauthorized = 3,
    NotFound = 4,
    Conflict = 5,
    ChangesPending = 6,
    RolledBack = 7,
    Cancelled = 8,
    Unreachable = 9,
    Interrupted = 130,
}

/// <summary>The only place where outcomes become exit codes.</summary>
internal static class ExitCodes
{
    public static ExitCode Of(Problem problem) => problem.Code switch
    {
        ProblemCodes.InvalidDefinition or ProblemCodes.InvalidRequest or ProblemCodes.TooLarge => ExitCode.Usage,
        LocalProblems.Usage or LocalProblems.FileNotReadable or LocalProblems.ConfirmationNeeded or ProblemCodes.LosesData => ExitCode.Usage,
        ProblemCodes.Unauthorized or ProblemCodes.Forbidden => ExitCode.Unauthorized,
        ProblemCodes.NotFound => ExitCode.NotFound,
        ProblemCodes.AlreadyExists or ProblemCodes.Locked or ProblemCodes.InUse or ProblemCodes.NotAvailable => ExitCode.Conflict,
        ProblemCodes.Cancelled => ExitCode.Cancelled,
        ProblemCodes.ServerUnreachable => ExitCode.Unreachable,
        _ => ExitCode.Failed,
    };

    /// <summary>Of a command that ran to its end, the command's own.</summary>
    public static ExitCode Of(OperationView operation) => operation.State switch
    {
        "succeeded" => ExitCode.Ok,
        _ when operation is { Action: "run", CancelledBy: null, Failure.ExitCode: { } code } => (ExitCode)code,
        "rolled-back" => operation.CancelledBy is null ? ExitCode.RolledBack : ExitCode.Cancelled,
        _ => ExitCode.Failed,
    };

    public static string Meaning(ExitCode code) => code switch
    {
        ExitCode.Ok => "done",
        ExitCode.Failed => "failed",
        ExitCode.Usage => "wrong usage, a definition with mistakes, or a confirmation is missing",
        ExitCode.Unauthorized => "not allowed",
        ExitCode.NotFound => "not found",
        ExitCode.Conflict => "conflict: taken, in use, or another operation is under way",
        ExitCode.ChangesPending => "changes are pending (--exit-code), or something differs from the record",
        ExitCode.RolledBack => "failed, and everything was undone",
        ExitCode.Cancelled => "cancelled, and everything was undone",
        ExitCode.Unreachable => "the server cannot be reached",
        ExitCode.Interrupted => "interrupted with Ctrl-C; an operation goes on",
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };
}

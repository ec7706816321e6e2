using CaaStle.Engine.Journal;

namespace CaaStle.Server.Endpoints.Views;

/// <summary>How the engine's states and kinds are written in the contract.</summary>
internal static class Words
{
    public static string Of(SubjectStatus status) => status switch
    {
        SubjectStatus.Creating => "creating",
        SubjectStatus.Available => "available",
        SubjectStatus.RollingBack => "rolling-back",
        SubjectStatus.CreateFailed => "create-failed",
        SubjectStatus.Deleting => "deleting",
        SubjectStatus.Updating => "updating",
        SubjectStatus.UpdateFailed => "update-failed",
        SubjectStatus.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static string Of(OperationState state) => state switch
    {
        OperationState.Queued => "queued",
        OperationState.Running => "running",
        OperationState.RollingBack => "rolling-back",
        OperationState.Finishing => "finishing",
        OperationState.Succeeded => "succeeded",
        OperationState.RolledBack => "rolled-back",
        OperationState.Kept => "kept",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The verb that the user typed.</summary>
    public static string ActionOf(Operation operation) => operation.Request.Action ?? Of(operation.Kind);

    private static string Of(OperationKind kind) => kind switch
    {
        OperationKind.Create => "create",
        OperationKind.Update => "update",
        OperationKind.Delete => "delete",
        OperationKind.Run => "run",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static string Of(ObjectStatus status) => status switch
    {
        ObjectStatus.Intended => "intended",
        ObjectStatus.Ready => "ready",
        ObjectStatus.Changing => "changing",
        ObjectStatus.Deleting => "deleting",
        ObjectStatus.Kept => "kept",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    /// <summary>The noun of the command line.</summary>
    public static string Noun(SubjectKind kind) => kind switch
    {
        SubjectKind.Environment => "env",
        SubjectKind.Container => "container",
        SubjectKind.Application => "app",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

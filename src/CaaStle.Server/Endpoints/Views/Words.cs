using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;

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

    /// <summary>As its status; an environment of which nothing runs is paused, in the word that the user typed.</summary>
    public static string Of(SubjectRecord subject) => Of(subject.Key.Kind, subject.Status);

    public static string Of(SubjectKind kind, SubjectStatus status) =>
        kind == SubjectKind.Environment && status == SubjectStatus.Stopped ? "paused" : Of(status);

    public static string Of(ChangeKind change) => change switch
    {
        ChangeKind.Create => "create",
        ChangeKind.Keep => "keep",
        ChangeKind.Change => "change",
        ChangeKind.Replace => "replace",
        ChangeKind.Delete => "delete",
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    public static string Of(Drift drift) => drift switch
    {
        Drift.None => ObjectDriftView.Ready,
        Drift.Missing => ObjectDriftView.Missing,
        Drift.Broken => ObjectDriftView.Broken,
        Drift.Changed => ObjectDriftView.Changed,
        Drift.Unknown => ObjectDriftView.Unknown,
        _ => throw new ArgumentOutOfRangeException(nameof(drift)),
    };

    public static string Of(CheckResult result) => result switch
    {
        CheckResult.Passed => CheckView.Passed,
        CheckResult.Warned => CheckView.Warning,
        CheckResult.Failed => CheckView.Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(result)),
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

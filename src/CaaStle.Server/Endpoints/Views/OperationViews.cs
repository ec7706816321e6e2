using CaaStle.Api;
using CaaStle.Engine.Journal;

namespace CaaStle.Server.Endpoints.Views;

/// <summary>Operations as the contract shows them.</summary>
internal static class OperationViews
{
    /// <param name="subject">The operation's subject as it is now, for the outputs; null to leave them out.</param>
    public static OperationView Of(Operation operation, SubjectRecord? subject = null) => new(
        operation.Id,
        Words.ActionOf(operation),
        operation.Subject.ToString(),
        Words.Of(operation.State),
        operation.RequestedBy,
        operation.RequestedAt,
        operation.EndedAt,
        operation.CancelledBy,
        Of(operation.Failure),
        subject is not null && IsWhatMade(operation, subject) ? OutputViews.Masked.Groups(subject.Outputs) : [],
        Next(operation))
    {
        Revision = operation.Request.Desired?.Revision,
        StatusBefore = operation.Request.StatusBefore is { } before ? Words.Of(before) : null,
    };

    public static OperationView WithOutdated(OperationView operation, IReadOnlyList<string> applications) => operation with
    {
        OutdatedApplications = applications,
        Next = [.. applications.Select(name => $"cld app redeploy {name}"), .. operation.Next],
    };

    public static FailureView? Of(Failure? failure) => failure is null
        ? null
        : new(failure.Code, failure.Key, failure.Message, failure.LastLog) { ExitCode = failure.ExitCode };

    /// <summary>Whether the operation made the subject what it is now.</summary>
    private static bool IsWhatMade(Operation operation, SubjectRecord subject) =>
        operation is { Kind: OperationKind.Create or OperationKind.Update, State: OperationState.Succeeded }
        && operation.SubjectId == subject.Id
        && (operation.Request.Desired ?? new()).Revision == subject.Desired.Revision;

    private static IReadOnlyList<string> Next(Operation operation)
    {
        var noun = Words.Noun(operation.Subject.Kind);
        var name = operation.Subject.Name;
        return (operation.State, operation.Kind) switch
        {
            (OperationState.Queued or OperationState.Running, not OperationKind.Delete) when operation.CancelledBy is null =>
                [$"cld op watch {operation.Id}", $"cld op cancel {operation.Id}"],
            (OperationState.Queued or OperationState.Running or OperationState.RollingBack or OperationState.Finishing, _) =>
                [$"cld op watch {operation.Id}"],
            (OperationState.Succeeded, OperationKind.Delete) => [$"cld {noun} list"],
            (OperationState.Succeeded, OperationKind.Run) => [],
            (OperationState.Succeeded, _) when operation.Request.Action == OperationAction.Stop => [$"cld app start {name}"],
            (OperationState.Succeeded, _) when operation.Request.Action == OperationAction.Pause => [$"cld env resume {name}"],
            (OperationState.Succeeded, _) when operation.Subject.Kind == SubjectKind.Application =>
                [$"cld app show {name}", $"cld app logs {name}"],
            (OperationState.Succeeded, _) => [$"cld {noun} show {name}"],
            (OperationState.RolledBack, OperationKind.Update) when operation.Subject.Kind == SubjectKind.Application => AfterFailedChange(operation),
            (OperationState.RolledBack, OperationKind.Create) => Again(operation),
            (OperationState.RolledBack, _) => [$"cld op show {operation.Id}"],
            (OperationState.Kept, OperationKind.Update) when operation.Subject.Kind == SubjectKind.Application =>
                [$"cld app show {name}", $"cld app logs {name}", $"cld app redeploy {name}"],
            (OperationState.Kept, _) => [$"cld {noun} show {name}", $"cld {noun} delete {name}"],
            _ => [],
        };
    }

    private static IReadOnlyList<string> AfterFailedChange(Operation operation)
    {
        var name = operation.Subject.Name;
        return operation.Request.Action == OperationAction.Redeploy
            ? [$"cld app logs {name} --previous", $"cld app redeploy {name} {operation.Request.FileName}".TrimEnd()]
            : [$"cld app logs {name} --previous", $"cld app history {name}"];
    }

    private static IReadOnlyList<string> Again(Operation operation)
    {
        var name = operation.Subject.Name;
        if (operation.Kind != OperationKind.Create || operation.Request.FileName.Length == 0)
        {
            return [$"cld op show {operation.Id}"];
        }

        var environment = operation.Holds.FirstOrDefault(held => held.Kind == SubjectKind.Environment)?.Name;
        return operation.Subject.Kind switch
        {
            SubjectKind.Environment => [$"cld env create {name} {operation.Request.FileName}"],
            SubjectKind.Application when environment is not null => [$"cld app deploy {name} {environment} {operation.Request.FileName}"],
            _ => [$"cld op show {operation.Id}"],
        };
    }
}

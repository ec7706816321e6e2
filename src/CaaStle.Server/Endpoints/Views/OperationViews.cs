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
        NextCommands.After(operation))
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
}

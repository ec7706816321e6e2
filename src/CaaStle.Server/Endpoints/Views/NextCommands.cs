using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;

namespace CaaStle.Server.Endpoints.Views;

/// <summary>What makes sense to type when an operation is where it is.</summary>
internal static class NextCommands
{
    public static IReadOnlyList<string> After(Operation operation)
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
            (OperationState.RolledBack, OperationKind.Update) => AfterFailedChange(operation),
            (OperationState.RolledBack, OperationKind.Create) => Again(operation),
            (OperationState.RolledBack, _) => [$"cld op show {operation.Id}"],
            (OperationState.Kept, OperationKind.Update) when operation.Subject.Kind == SubjectKind.Application =>
                [$"cld app show {name}", $"cld app logs {name}", $"cld app redeploy {name}"],
            (OperationState.Kept, OperationKind.Update) => [$"cld {noun} show {name}", .. AfterFailedChange(operation)],
            (OperationState.Kept, _) => [$"cld {noun} show {name}", $"cld {noun} delete {name}"],
            _ => [],
        };
    }

    private static IReadOnlyList<string> AfterFailedChange(Operation operation)
    {
        var name = operation.Subject.Name;
        var file = File(operation);
        return (operation.Subject.Kind, operation.Request.Action) switch
        {
            (SubjectKind.Application, OperationAction.Redeploy) => [$"cld app logs {name} --previous", $"cld app redeploy {name} {file}".TrimEnd()],
            (SubjectKind.Application, _) => [$"cld app logs {name} --previous", $"cld app history {name}"],
            (SubjectKind.Environment, OperationAction.Update) => [$"cld env update {name} {file}"],
            (SubjectKind.Environment, _) => [$"cld op show {operation.Id}", $"cld env drift {name}"],
            _ => [$"cld container update {name}"],
        };
    }

    private static IReadOnlyList<string> Again(Operation operation)
    {
        var name = operation.Subject.Name;
        var file = File(operation);
        var environment = operation.Holds.FirstOrDefault(held => held.Kind == SubjectKind.Environment)?.Name;
        return operation.Subject.Kind switch
        {
            SubjectKind.Environment when file.Length > 0 => [$"cld env create {name} {file}"],
            SubjectKind.Application when environment is not null => [$"cld app deploy {name} {environment} {file}"],
            _ => [$"cld op show {operation.Id}"],
        };
    }

    /// <returns>Empty where the definition came from none.</returns>
    private static string File(Operation operation) =>
        operation.Request.FileName is { Length: > 0 } file ? ShellWords.Quote(file) : "";
}

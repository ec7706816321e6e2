using CaaStle.Api;
using CaaStle.Cli.Commands;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Progress;

/// <summary>What an operation came to, for people.</summary>
internal sealed class Outcome(Invocation invocation)
{
    private const string Indent = "  ";

    private readonly TextWriter error = invocation.Context.Error;
    private readonly Style style = invocation.Global.ErrorStyle;

    /// <param name="suggests">Whether to say what to type next where all went well.</param>
    public void Write(OperationView operation, OperationProgress progress, bool suggests = true)
    {
        if (ExitCodes.Of(operation) == ExitCode.Ok)
            WriteSuccess(operation, progress, suggests);
        else
            WriteFailure(operation, progress);
    }

    /// <summary>Commands that make sense now; the server's own suggestions come first.</summary>
    public static IReadOnlyList<string> Next(OperationView operation)
    {
        if (operation.Next.Count > 0)
            return operation.Next;
        var name = operation.Subject[(operation.Subject.IndexOf('/') + 1)..];
        return (operation.Subject[..Math.Max(operation.Subject.IndexOf('/'), 0)], operation.Action, operation.State) switch
        {
            ("environment", "create", "succeeded") => [$"cld app deploy NAME {name} FILE", $"cld env show {name}"],
            ("container", "create", "succeeded") => [$"cld container show {name}"],
            ("application", "create", "succeeded") => [$"cld app logs {name}", $"cld app show {name}"],
            ("environment", _, "kept") => [$"cld env show {name}", $"cld env delete {name}"],
            ("container", _, "kept") => [$"cld container show {name}", $"cld container delete {name}"],
            ("application", _, "kept") => [$"cld app logs {name}", $"cld app delete {name}"],
            (_, _, "queued" or "running" or "rolling-back") => [$"cld op watch {operation.Id}"],
            (_, _, "rolled-back") => [$"cld op show {operation.Id}"],
            _ => [],
        };
    }

    private void WriteSuccess(OperationView operation, OperationProgress progress, bool suggests)
    {
        var isGone = operation.Action == "delete" && progress.NothingIsLeft;
        invocation.Note(
            $"{style.Good("✓")} {Untrusted.Clean(operation.Subject)}{Done(operation)} ({Duration(operation)}){(isGone ? "; nothing of it is left in its cloud" : "")}");
        foreach (var kept in progress.Changes().Where(change => change.What == "kept"))
            invocation.Note(Untrusted.Clean($"{Indent}kept: {$"{kept.Kind} {kept.Identity ?? kept.Key}".TrimStart()}"));
        if (!suggests)
            return;
        if (operation.Action is not ("pause" or "accept"))
            OutputsText.Write(operation.Outputs, invocation.Context.Output, showSecrets: false);
        if (operation.OutdatedApplications is { Count: > 0 } outdated)
            invocation.Note(Untrusted.Clean(Outdated(outdated, Former(operation))));
        invocation.Suggest(Next(operation));
    }

    private void WriteFailure(OperationView operation, OperationProgress progress)
    {
        var failure = operation.Failure ?? progress.Failure;
        var cancelled = operation.CancelledBy is not null;
        var ended = operation.Action == "run" ? failure?.ExitCode : null;
        var what = cancelled ? $"cancelled by {operation.CancelledBy}"
            : ended is not null ? $"the command ended with {ended}"
            : $"the {Noun(operation)} failed";
        error.WriteLine($"{style.Bad("✗")} {Untrusted.Clean(operation.Subject)}: {what} ({Duration(operation)})");
        if (failure is not null && !(cancelled && failure.Code == ProblemCodes.Cancelled))
            WriteCause(ended is null ? failure : failure with { Cause = "", LastLog = progress.HasLogged ? [] : failure.LastLog });
        if (ended is not null)
            return;
        WriteChanges(operation, progress);
        foreach (var next in Next(operation))
            error.WriteLine($"→ {ProblemText.AsTyped(next, invocation.Context.Program)}");
    }

    private void WriteCause(FailureView failure)
    {
        var lines = failure.Cause.TrimEnd().Split('\n');
        if (failure.Cause.Length > 0)
            error.WriteLine($"{Indent}{(failure.Key is { } key ? $"{Untrusted.Clean(key)}: " : "")}{Untrusted.Clean(lines[0])}");
        foreach (var line in lines.Skip(1))
            error.WriteLine($"{Indent}{Untrusted.Clean(line)}");
        if (failure.LastLog.Count == 0)
            return;
        error.WriteLine($"{Indent}last lines of its log:");
        foreach (var line in failure.LastLog)
            error.WriteLine($"{Indent}| {Untrusted.Clean(line)}");
    }

    private void WriteChanges(OperationView operation, OperationProgress progress)
    {
        var changes = progress.Changes();
        if (operation.State == "rolled-back")
        {
            var undone = changes.Where(change => change.What is "undone" or "restored").ToList();
            error.WriteLine(Indent + Remaining(operation, undone.Count > 0) + (undone.Count > 0 ? ":" : "."));
            foreach (var change in undone)
            {
                var what = change.What == "undone" ? "deleted" : change.What;
                error.WriteLine(Untrusted.Clean($"{Indent}{Indent}{change.Kind} {change.Identity ?? change.Key} {what}"));
            }

            return;
        }

        var left = changes.Where(change => change.What != "deleted").ToList();
        if (left.Count == 0)
            return;
        error.WriteLine($"{Indent}Kept as it is:");
        foreach (var change in left)
            error.WriteLine(Untrusted.Clean($"{Indent}{Indent}{change.Kind} {change.Identity ?? change.Key}"));
    }

    /// <summary>What there is after everything was undone.</summary>
    private static string Remaining(OperationView operation, bool wasUndone) => (operation.Action, operation.StatusBefore) switch
    {
        (_, null) => wasUndone ? "Undone; nothing is left of it" : "Nothing is left of it",
        ("redeploy" or "rollback" or "restart", "available") =>
            wasUndone ? "Undone; the earlier revision serves on" : "The earlier revision serves on",
        (_, "stopped") => wasUndone ? "Undone; it is stopped as before" : "It is stopped as before",
        _ => wasUndone ? "Undone; it is as it was before" : "It is as it was before",
    };

    private static string Done(OperationView operation) => operation.Action switch
    {
        "run" => ": the command ended with 0",
        "create" => operation.Subject.StartsWith("container/", StringComparison.Ordinal) ? " is built" : " is available",
        "delete" => " is deleted",
        "redeploy" => $" is redeployed{Revision(operation)}",
        "rollback" => $" is rolled back{Revision(operation)}",
        "restart" => $" is restarted{Revision(operation)}",
        "scale" => " is scaled",
        "stop" => " is stopped",
        "start" => " is started",
        "pause" => " is paused",
        "resume" => " is resumed",
        "update" when operation.Subject.StartsWith("container/", StringComparison.Ordinal) => $" is built anew{Revision(operation)}",
        "update" => " is updated",
        "repair" => " is repaired",
        "accept" => ": what is missing is forgotten",
        var other => $": {other} succeeded",
    };

    private static string Outdated(IReadOnlyList<string> applications, string former) => applications is [var only]
        ? $"Until it is redeployed, {only} goes on with {former}."
        : $"Until they are redeployed, {string.Join(", ", applications)} go on with {former}.";

    private static string Former(OperationView operation) =>
        operation.Subject.StartsWith("container/", StringComparison.Ordinal) ? "the former image" : "the former values";

    private static string Revision(OperationView operation) => operation.Revision is { } revision ? $", revision {revision}" : "";

    private static string Noun(OperationView operation) => operation switch
    {
        { Action: "create", Subject: var subject } when subject.StartsWith("application/", StringComparison.Ordinal) => "deployment",
        { Action: "create", Subject: var subject } when subject.StartsWith("container/", StringComparison.Ordinal) => "build",
        { Action: "create" } => "creation",
        { Action: "delete" } => "deletion",
        { Action: "redeploy" } => "redeployment",
        { Action: "scale" } => "scaling",
        { Action: "run" } => "command",
        { Action: "accept" } => "acceptance",
        { Action: var action } => action,
    };

    private string Duration(OperationView operation) =>
        Times.Duration((operation.EndedAt ?? invocation.Context.Clock.GetUtcNow()) - operation.RequestedAt);
}

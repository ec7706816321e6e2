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

    public void Write(OperationView operation, OperationProgress progress)
    {
        if (ExitCodes.Of(operation) == ExitCode.Ok)
            WriteSuccess(operation, progress);
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

    private void WriteSuccess(OperationView operation, OperationProgress progress)
    {
        var word = operation.Action == "delete" ? "deleted" : operation.Subject.StartsWith("container/", StringComparison.Ordinal) ? "built" : "available";
        invocation.Note($"{style.Good("✓")} {Untrusted.Clean(operation.Subject)} is {word} ({Duration(operation)}){(progress.NothingIsLeft ? "; nothing of it is left in its cloud" : "")}");
        foreach (var kept in progress.Changes().Where(change => change.What == "kept"))
            invocation.Note(Untrusted.Clean($"{Indent}kept: {$"{kept.Kind} {kept.Identity ?? kept.Key}".TrimStart()}"));
        OutputsText.Write(operation.Outputs, invocation.Context.Output, showSecrets: false);
        invocation.Suggest(Next(operation));
    }

    private void WriteFailure(OperationView operation, OperationProgress progress)
    {
        var failure = operation.Failure ?? progress.Failure;
        var cancelled = operation.CancelledBy is not null;
        error.WriteLine(
            $"{style.Bad("✗")} {Untrusted.Clean(operation.Subject)}: {(cancelled ? $"cancelled by {operation.CancelledBy}" : $"the {Noun(operation)} failed")}"
            + $" ({Duration(operation)})");
        if (failure is not null && !(cancelled && failure.Code == ProblemCodes.Cancelled))
            WriteCause(failure);
        WriteChanges(operation, progress);
        foreach (var next in Next(operation))
            error.WriteLine($"→ {ProblemText.AsTyped(next, invocation.Context.Program)}");
    }

    private void WriteCause(FailureView failure)
    {
        var lines = failure.Cause.TrimEnd().Split('\n');
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
            var undone = changes.Where(change => change.What == "undone").ToList();
            error.WriteLine(undone.Count == 0 ? $"{Indent}Nothing is left of it." : $"{Indent}Undone; nothing is left of it:");
            foreach (var change in undone)
                error.WriteLine(Untrusted.Clean($"{Indent}{Indent}{change.Kind} {change.Identity ?? change.Key} deleted"));
            return;
        }

        var left = changes.Where(change => change.What is "created" or "left" or "kept").ToList();
        if (left.Count == 0)
            return;
        error.WriteLine($"{Indent}Kept as it is:");
        foreach (var change in left)
            error.WriteLine(Untrusted.Clean($"{Indent}{Indent}{change.Kind} {change.Identity ?? change.Key}"));
    }

    private static string Noun(OperationView operation) => operation switch
    {
        { Action: "delete" } => "deletion",
        { Subject: var subject } when subject.StartsWith("application/", StringComparison.Ordinal) => "deployment",
        { Subject: var subject } when subject.StartsWith("container/", StringComparison.Ordinal) => "build",
        _ => "creation",
    };

    private string Duration(OperationView operation) =>
        Times.Duration((operation.EndedAt ?? invocation.Context.Clock.GetUtcNow()) - operation.RequestedAt);
}

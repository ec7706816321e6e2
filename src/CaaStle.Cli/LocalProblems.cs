using CaaStle.Api;

namespace CaaStle.Cli;

/// <summary>Ends a command with a problem: <see cref="ProblemException"/> with what only the command line can find wrong.</summary>
internal static class LocalProblems
{
    public const string Usage = "usage";
    public const string FileNotReadable = "file-not-readable";
    public const string ConfirmationNeeded = "confirmation-needed";

    public static ProblemException Create(string code, string title, string? detail = null, params IReadOnlyList<string> next) =>
        new(new Problem($"docs/errors.md#{code}", title, 0, detail, code, next, [], null));

    public static ProblemException Unreachable(string title, string? detail = null, params IReadOnlyList<string> next) =>
        Create(ProblemCodes.ServerUnreachable, title, detail, next);
}

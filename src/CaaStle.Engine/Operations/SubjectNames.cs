using System.Text.RegularExpressions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Operations;

/// <summary>Names of environments, containers and applications, and the commands that show them.</summary>
internal static partial class SubjectNames
{
    public const int MaximumLength = 30;

    /// <exception cref="RefusedException">The name cannot be used.</exception>
    public static void Check(string name)
    {
        if (name.Length > MaximumLength || !ValidName().IsMatch(name) || name.Contains("--", StringComparison.Ordinal))
        {
            throw new RefusedException(
                RefusedException.InvalidRequest,
                $"'{name}' cannot be a name: it takes letters, digits and single dashes, begins with a letter, does not end with a dash, "
                + $"and has at most {MaximumLength} characters.",
                []);
        }
    }

    public static IReadOnlyList<string> NextToFind(SubjectKey key) => key.Kind == SubjectKind.Environment
        ? [$"cld {Noun(key)} list", $"cld env history {key.Name}"]
        : [$"cld {Noun(key)} list"];

    public static string NextToShow(SubjectKey key) => $"cld {Noun(key)} show {key.Name}";

    private static string Noun(SubjectKey key) => key.Kind switch
    {
        SubjectKind.Environment => "env",
        SubjectKind.Application => "app",
        _ => "container",
    };

    [GeneratedRegex("^[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?$")]
    private static partial Regex ValidName();
}

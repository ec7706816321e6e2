using System.Text;
using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>A problem for people: what, where, why, and what to type next.</summary>
internal static class ProblemText
{
    /// <param name="program">What the reader types for <c>cld</c>.</param>
    public static string Write(Problem problem, Style style, string program)
    {
        var text = new StringBuilder();
        text.Append(style.Bad("error:")).Append(' ').Append(Untrusted.Clean(problem.Title)).Append('\n');
        if (problem.Errors.Count == 0 && problem.Detail is { Length: > 0 } detail && detail != problem.Title)
        {
            foreach (var line in detail.TrimEnd().Split('\n'))
                text.Append("  ").Append(Untrusted.Clean(line)).Append('\n');
        }

        foreach (var error in problem.Errors)
            text.Append("  ").Append(Write(error, style)).Append('\n');
        if (problem.Operation is { IsEnded: false } holder)
            text.Append(Untrusted.Clean($"  under way: {holder.Id}, {holder.Action} of {holder.Subject}, asked for by {holder.RequestedBy}")).Append('\n');
        if (problem.Code == ProblemCodes.Internal)
            text.Append("  This is a defect of CaaStle; please report it with the server's log (logs/server.log in its home).\n");
        foreach (var next in problem.Next)
            text.Append("→ ").Append(Untrusted.Clean(AsTyped(next, program))).Append('\n');
        return text.ToString();
    }

    /// <summary>A command of <c>cld</c> as it has to be typed here.</summary>
    public static string AsTyped(string command, string program) =>
        command.StartsWith("cld ", StringComparison.Ordinal) ? $"{program}{command[3..]}" : command;

    public static string Write(DefinitionError error, Style style)
    {
        var text = new StringBuilder();
        text.Append(style.Strong(Untrusted.Clean($"{error.File}:{error.Line}:{error.Column}:"))).Append(' ');
        if (error.Path.Length > 0)
            text.Append(Untrusted.Clean(error.Path)).Append(": ");
        text.Append(Untrusted.Clean(error.Message));
        if (error.Expected is { Length: > 0 } expected)
            text.Append("; expected ").Append(Untrusted.Clean(expected));
        if (error.Suggestion is { Length: > 0 } suggestion)
            text.Append(". Did you mean '").Append(Untrusted.Clean(suggestion)).Append("'?");
        return text.ToString();
    }
}

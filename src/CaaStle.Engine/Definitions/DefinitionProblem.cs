namespace CaaStle.Engine.Definitions;

/// <summary>A place in a file; both from 1.</summary>
public sealed record SourcePosition(int Line, int Column);

/// <summary>One thing wrong in a file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Path"><c>environment.resources.local[0].resource.type</c>; empty for the file as a whole.</param>
/// <param name="Expected">What would be right there.</param>
/// <param name="Suggestion">The nearest valid word, if one is near.</param>
public sealed record DefinitionProblem(
    string File, int Line, int Column, string Path, string Message, string? Expected, string? Suggestion)
{
    /// <summary><c>file:line:column: path: message (expected ...; did you mean ...?)</c>.</summary>
    public override string ToString()
    {
        var hints = string.Join("; ", new[]
        {
            Expected is null ? null : $"expected {Expected}",
            Suggestion is null ? null : $"did you mean {Suggestion}?",
        }.OfType<string>());
        var path = Path.Length == 0 ? "" : $"{Path}: ";
        return $"{File}:{Line}:{Column}: {path}{Message}{(hints.Length == 0 ? "" : $" ({hints})")}";
    }
}

/// <summary>A definition cannot be used; all that is wrong with it, in the order of the file.</summary>
public sealed class InvalidDefinitionException(IReadOnlyList<DefinitionProblem> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<DefinitionProblem> Problems => problems;
}

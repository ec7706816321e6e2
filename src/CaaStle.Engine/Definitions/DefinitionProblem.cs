namespace CaaStle.Engine.Definitions;

public sealed record DefinitionProblem(string File, int Line, int Column, string Path, string Message, string? Expected, string? Suggestion);

public sealed class InvalidDefinitionException(IReadOnlyList<DefinitionProblem> problems)
    : Exception(string.Join('\n', problems.Select(p => $"{p.File}:{p.Line}:{p.Column}: {p.Path}: {p.Message}")))
{
    public IReadOnlyList<DefinitionProblem> Problems => problems;
}

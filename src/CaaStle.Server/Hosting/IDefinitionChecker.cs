using CaaStle.Engine.Definitions;

namespace CaaStle.Server.Hosting;

/// <summary>What the endpoints ask about definitions.</summary>
internal interface IDefinitionChecker
{
    /// <returns><c>environment</c> or <c>application</c>.</returns>
    string DetectKind(string text);

    IReadOnlyList<DefinitionProblem> Check(string text, string fileName, string kind);

    /// <summary>JSON Schema for the clouds that this server knows.</summary>
    string EnvironmentSchema();

    string ApplicationSchema();
}

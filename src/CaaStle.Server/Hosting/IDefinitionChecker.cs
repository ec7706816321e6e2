using CaaStle.Engine.Definitions;
using CaaStle.Engine.Ports;

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

internal sealed class DefinitionChecker(DefinitionReader reader, ICloudCatalog catalog) : IDefinitionChecker
{
    public string DetectKind(string text) => reader.DetectKind(text);

    public IReadOnlyList<DefinitionProblem> Check(string text, string fileName, string kind) => reader.Check(text, fileName, kind);

    public string EnvironmentSchema() => SchemaWriter.WriteEnvironment(catalog);

    public string ApplicationSchema() => SchemaWriter.WriteApplication();
}

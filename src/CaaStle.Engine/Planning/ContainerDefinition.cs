using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Planning;

/// <summary>What a container is made from, as it is kept in the operation.</summary>
/// <param name="Registry">The registry's type.</param>
/// <param name="ContextArchive">Path of the build context's tar file.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context.</param>
public sealed record ContainerDefinition(string Registry, string ContextArchive, string Dockerfile)
{
    /// <summary>Values of the registry's options, as they were written.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    public static ContainerDefinition Parse(string text) =>
        JsonSerializer.Deserialize<ContainerDefinition>(text) ?? throw new JsonException("The container's definition is empty.");

    public ContainerRequest ToRequest(Scope scope, Desired desired) => new(scope, ContextArchive, Dockerfile, desired.Revision)
    {
        Options = new(Options.ToDictionary(option => option.Key, option => (object)option.Value)),
    };

    public override string ToString() => JsonSerializer.Serialize(this);
}

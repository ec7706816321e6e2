using System.Text.RegularExpressions;
using CaaStle.Engine.Definitions.Compose;
using CaaStle.Engine.Definitions.TaskDefinitions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Definitions;

/// <summary>
/// Reads environment and application files; a Compose file and a task definition of ECS are application files too. Everything that is wrong with a file is found at
/// once; which keys exist for a type comes from the descriptors of the catalog alone.
/// </summary>
public sealed partial class DefinitionReader(ICloudCatalog catalog)
{
    public const string EnvironmentKind = "environment";
    public const string ApplicationKind = "application";

    private readonly ObjectShape environment = EnvironmentGrammar.Root(catalog);
    private readonly ObjectShape application = ApplicationGrammar.Root;

    /// <exception cref="InvalidDefinitionException">The text is not a definition of an environment.</exception>
    public EnvironmentDefinition ReadEnvironment(string text, string fileName)
    {
        var problems = new List<DefinitionProblem>();
        var root = CheckEnvironment(text, fileName, problems);
        return problems.Count == 0 ? EnvironmentParts.Read(root!, catalog) : throw Invalid(problems);
    }

    /// <param name="name">The application's, which containers that are to be built are named after.</param>
    /// <exception cref="InvalidDefinitionException">The text is not a definition of an application.</exception>
    public ApplicationDefinition ReadApplication(string text, string fileName, string name)
    {
        var problems = new List<DefinitionProblem>();
        var read = ReadApplication(text, fileName, name, problems);
        return problems.Count == 0 ? read! : throw Invalid(problems);
    }

    /// <summary>
    /// <see cref="EnvironmentKind"/> or <see cref="ApplicationKind"/>, whichever the text is nearer to; any text will do, valid or not.
    /// </summary>
    public string DetectKind(string text)
    {
        var keys = TopLevelKey().Matches(text).Select(match => match.Groups[1].Value).ToList();
        // The keys of JSON are indented.
        var isOfApplication = keys.Exists(IsOfApplication) || text.Contains($"\"{TaskDefinitionGrammar.ContainersKey}\"", StringComparison.Ordinal);
        return (keys.Contains(environment.Keys[0].Name), isOfApplication) switch
        {
            (false, true) => ApplicationKind,
            _ => EnvironmentKind,
        };
    }

    /// <summary>Everything that is wrong with a file, in its order; empty when nothing is.</summary>
    /// <param name="kind"><see cref="EnvironmentKind"/> or <see cref="ApplicationKind"/>; null to tell from the text.</param>
    public IReadOnlyList<DefinitionProblem> Check(string text, string fileName, string? kind = null)
    {
        var problems = new List<DefinitionProblem>();
        object? _ = (kind ?? DetectKind(text)) switch
        {
            EnvironmentKind => CheckEnvironment(text, fileName, problems),
            ApplicationKind => ReadApplication(text, fileName, "", problems),
            var other => throw new ArgumentException($"There is no kind of definition '{other}'.", nameof(kind)),
        };
        return InOrder(problems);
    }

    private YamlMapping? CheckEnvironment(string text, string fileName, List<DefinitionProblem> problems)
    {
        if (ReadRoot(text, fileName, problems, environment) is not { } root)
        {
            return null;
        }

        var checker = new ShapeChecker(fileName, problems);
        checker.Check(root, environment, "", new(1, 1));
        if (root is YamlMapping mapping)
        {
            EnvironmentParts.Check(mapping, catalog, checker);
        }

        return root as YamlMapping;
    }

    private ApplicationDefinition? ReadApplication(string text, string fileName, string name, List<DefinitionProblem> problems)
    {
        if (ReadRoot(text, fileName, problems, application) is not { } root)
        {
            return null;
        }

        var checker = new ShapeChecker(fileName, problems);
        if (root is YamlMapping compose && IsCompose(compose))
        {
            return new ComposeReader(name, checker).Read(compose);
        }

        if (root is YamlMapping task && IsTaskDefinition(task))
        {
            return new TaskDefinitionReader(checker).Read(task);
        }

        checker.Check(root, application, "", new(1, 1));
        return root is YamlMapping mapping ? ApplicationParts.Read(mapping, checker) : null;
    }

    private static YamlNode? ReadRoot(string text, string fileName, List<DefinitionProblem> problems, ObjectShape shape)
    {
        var root = YamlTree.Read(text, fileName, problems);
        if (root is null or { IsNull: true })
        {
            if (problems.Count == 0)
            {
                problems.Add(new(fileName, 1, 1, "", "the file is empty", $"{shape.Keys[0].Name}:", null));
            }

            return null;
        }

        if (root is YamlMapping pod && pod.FindText("apiVersion") is not null && pod.FindText("kind") is { } kind)
        {
            problems.Add(new(
                fileName, pod.Position.Line, pod.Position.Column, "kind",
                $"this is a Kubernetes definition ({kind}); those can be deployed only to GKE", $"{shape.Keys[0].Name}:", null));
            return null;
        }

        return root;
    }

    private static bool IsCompose(YamlMapping root)
    {
        var keys = root.Entries.Select(entry => entry.Key.Text).ToList();
        return !keys.Exists(key => IsNear(key, ApplicationGrammar.RootKey)) && keys.Exists(key => IsNear(key, ComposeGrammar.ServicesKey));
    }

    private static bool IsTaskDefinition(YamlMapping root)
    {
        var keys = root.Entries.Select(entry => entry.Key.Text).ToList();
        return !keys.Exists(key => IsNear(key, ApplicationGrammar.RootKey)) && keys.Exists(key => IsNear(key, TaskDefinitionGrammar.ContainersKey));
    }

    private static InvalidDefinitionException Invalid(List<DefinitionProblem> problems) => new(InOrder(problems));

    private static IReadOnlyList<DefinitionProblem> InOrder(IEnumerable<DefinitionProblem> problems) =>
        [.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];

    private static bool IsOfApplication(string key) =>
        key is "apiVersion" or "image" or "container_port" || IsNear(key, ApplicationGrammar.RootKey) || IsNear(key, ComposeGrammar.ServicesKey)
        || IsNear(key, TaskDefinitionGrammar.ContainersKey);

    private static bool IsNear(string key, string word) => NearestWord.Find(key, [word]) is not null;

    /// <summary>A key without indentation, quoted or in braces or not: enough to tell the kind even of what cannot be parsed.</summary>
    [GeneratedRegex("""^[\uFEFF{"']*([A-Za-z_]+)["']?[ \t]*:""", RegexOptions.Multiline)]
    private static partial Regex TopLevelKey();
}

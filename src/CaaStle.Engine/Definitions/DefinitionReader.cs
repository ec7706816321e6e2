using System.Text.RegularExpressions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Definitions;

/// <summary>
/// Reads environment and application files. Everything that is wrong with a file is found at once; which keys exist for a type comes
/// from the descriptors of the catalog alone.
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

    /// <exception cref="InvalidDefinitionException">The text is not a definition of an application.</exception>
    public ApplicationDefinition ReadApplication(string text, string fileName)
    {
        var problems = new List<DefinitionProblem>();
        var root = CheckApplication(text, fileName, problems);
        return problems.Count == 0 ? ApplicationParts.Read(root!) : throw Invalid(problems);
    }

    /// <summary>
    /// <see cref="EnvironmentKind"/> or <see cref="ApplicationKind"/>, whichever the text is nearer to; any text will do, valid or not.
    /// </summary>
    public string DetectKind(string text)
    {
        var keys = TopLevelKey().Matches(text).Select(match => match.Groups[1].Value).ToList();
        return (keys.Contains(environment.Keys[0].Name), keys.Exists(IsOfApplication)) switch
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
        _ = (kind ?? DetectKind(text)) switch
        {
            EnvironmentKind => CheckEnvironment(text, fileName, problems),
            ApplicationKind => CheckApplication(text, fileName, problems),
            var other => throw new ArgumentException($"There is no kind of definition '{other}'.", nameof(kind)),
        };
        return InOrder(problems);
    }

    private YamlMapping? CheckEnvironment(string text, string fileName, List<DefinitionProblem> problems) =>
        CheckShape(text, fileName, problems, environment, (root, checker) => EnvironmentParts.Check(root, catalog, checker));

    private YamlMapping? CheckApplication(string text, string fileName, List<DefinitionProblem> problems) =>
        CheckShape(text, fileName, problems, application, ApplicationParts.Check);

    private static YamlMapping? CheckShape(
        string text, string fileName, List<DefinitionProblem> problems, ObjectShape shape, Action<YamlMapping, ShapeChecker> checkParts)
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

        var checker = new ShapeChecker(fileName, problems);
        if (root is YamlMapping pod && pod.FindText("apiVersion") is not null && pod.FindText("kind") is { } kind)
        {
            checker.Report(
                pod.Position, "kind", $"this is a Kubernetes definition ({kind}); those can be deployed only to GKE", $"{shape.Keys[0].Name}:");
            return pod;
        }

        checker.Check(root, shape, "", new(1, 1));
        if (root is YamlMapping mapping)
        {
            checkParts(mapping, checker);
        }

        return root as YamlMapping;
    }

    private static InvalidDefinitionException Invalid(List<DefinitionProblem> problems) => new(InOrder(problems));

    private static IReadOnlyList<DefinitionProblem> InOrder(IEnumerable<DefinitionProblem> problems) =>
        [.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];

    private bool IsOfApplication(string key) =>
        key is "apiVersion" or "image" or "container_port" || NearestWord.Find(key, [application.Keys[0].Name]) is not null;

    /// <summary>A key without indentation, quoted or in braces or not: enough to tell the kind even of what cannot be parsed.</summary>
    [GeneratedRegex("""^[\uFEFF{"']*([A-Za-z_]+)["']?[ \t]*:""", RegexOptions.Multiline)]
    private static partial Regex TopLevelKey();
}

using System.Text.RegularExpressions;

namespace CaaStle.Engine.Definitions.Compose;

/// <summary>
/// Does to a Compose file what Compose does to its dollars. Only bindings can be replaced here, and only in variables, where they and the
/// doubled dollars are left for <see cref="BindingResolver"/>; elsewhere a doubled dollar becomes one.
/// </summary>
internal sealed partial class ComposeVariables(ShapeChecker checker)
{
    public YamlMapping Replace(YamlMapping root) => (YamlMapping)Replace(root, [], "");

    private YamlNode Replace(YamlNode node, IReadOnlyList<string> keys, string path) => node switch
    {
        YamlMapping mapping => mapping with
        {
            Entries = [.. mapping.Entries.Select(entry => IsExtension(entry, keys) ? entry : entry with
            {
                Value = Replace(entry.Value, [.. keys, entry.Key.Text], path.Length == 0 ? entry.Key.Text : $"{path}.{entry.Key.Text}"),
            })],
        },
        YamlList list => list with { Items = [.. list.Items.Select((item, index) => Replace(item, keys, $"{path}[{index}]"))] },
        _ => Replace((YamlScalar)node, isVariable: keys is [ComposeGrammar.ServicesKey, _, "environment", ..], path),
    };

    private YamlScalar Replace(YamlScalar scalar, bool isVariable, string path)
    {
        var names = Dollar().Matches(scalar.Text).Select(match => match.Groups["name"].Value).Where(name => name.Length > 0).Distinct();
        var wrong = names.Where(name => !(isVariable && BindingResolver.IsBinding(name))).ToList();
        foreach (var name in wrong)
        {
            var (message, expected) = BindingResolver.IsBinding(name)
                ? ($"the binding ${name} can stand only in environment", "a value")
                : ($"the variable {name} is not known: the server does not see your shell's variables", $"its value, or $${name} for a literal dollar");
            checker.Report(scalar.Position, path, message, expected);
        }

        if (wrong.Count > 0)
        {
            checker.Silence(scalar.Position);
        }

        return isVariable ? scalar : scalar with { Text = scalar.Text.Replace("$$", "$", StringComparison.Ordinal) };
    }

    /// <summary>A service or a variable may be named as an extension is.</summary>
    private static bool IsExtension(YamlEntry entry, IReadOnlyList<string> keys) =>
        keys is not ([ComposeGrammar.ServicesKey] or [ComposeGrammar.ServicesKey, _, "environment"])
        && entry.Key.Text.StartsWith(ComposeGrammar.ExtensionPrefix, StringComparison.Ordinal);

    /// <summary>A doubled dollar, or the name of a variable, also of one within the braces of another.</summary>
    [GeneratedRegex(@"\$\$|\$\{?(?<name>[A-Za-z_][A-Za-z0-9_]*)")]
    private static partial Regex Dollar();
}

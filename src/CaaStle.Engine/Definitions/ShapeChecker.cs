using System.Collections.Immutable;

namespace CaaStle.Engine.Definitions;

/// <summary>Compares a document with a shape and notes everything in which they differ.</summary>
internal sealed class ShapeChecker(string file, List<DefinitionProblem> problems)
{
    private readonly HashSet<SourcePosition> explained = [];

    /// <param name="path">Of the node, for messages.</param>
    /// <param name="parent">Where something missing from the node is reported: the key that it stands at.</param>
    public void Check(YamlNode node, Shape shape, string path, SourcePosition parent) => Check(node, shape, path, parent, []);

    public void Report(SourcePosition at, string path, string message, string? expected = null, string? suggestion = null)
    {
        if (!explained.Contains(at))
        {
            problems.Add(new(file, at.Line, at.Column, path, message, expected, suggestion));
        }
    }

    /// <summary>Whatever else would be said of this place only follows from what has been said.</summary>
    public void Silence(SourcePosition at) => explained.Add(at);

    /// <param name="settled">Keys about which all has been said.</param>
    private void Check(YamlNode node, Shape shape, string path, SourcePosition parent, ImmutableHashSet<string> settled)
    {
        switch (shape)
        {
            case TextShape text when node is YamlScalar { IsNull: false } scalar:
                if (!text.Accepts(scalar.Text))
                {
                    Report(node.Position, path, $"{node.Description} is not allowed here", text.Expected, NearestWord.Find(scalar.Text, text.Choices));
                }

                break;
            case IntegerShape integer when node is YamlScalar { IsNull: false } scalar && integer.Parse(scalar.Text) is not null:
            case BooleanShape when BooleanShape.Parse(node) is not null:
            case ParsedShape parsed when node is YamlScalar { IsNull: false, Text: var written } && parsed.Accepts(written):
            case ListShape { MayBeEmpty: true } or MapShape when node.IsNull:
                break;
            case ListShape list when node is YamlList { Items: var items } && (items.Count > 0 || list.MayBeEmpty):
                for (var index = 0; index < items.Count; index++)
                {
                    Check(items[index], list.Item, $"{path}[{index}]", items[index].Position, []);
                }

                break;
            case MapShape map when node is YamlMapping mapping:
                CheckMap(mapping, map, path);
                break;
            case ObjectShape or CasesShape or EitherShape when node is YamlMapping || node.IsNull:
                var entries = node as YamlMapping ?? new YamlMapping(node.Position, []);
                CheckMapping(entries, shape, path, parent, settled);
                break;
            case WrappedShape wrapped when node is YamlMapping mapping:
                CheckWrapped(mapping, wrapped, path);
                break;
            case VariantShape variants when !node.IsNull && variants.For(node) is { } variant:
                Check(node, variant, path, parent, settled);
                break;
            default:
                Report(node.Position, path, $"{node.Description} is not allowed here", shape.Expected);
                break;
        }
    }

    private void CheckMap(YamlMapping mapping, MapShape map, string path)
    {
        CheckDuplicates(mapping, path);
        foreach (var (key, value) in mapping.Entries)
        {
            if (map.Key is { } name && !name.Accepts(key.Text))
            {
                Report(key.Position, path, $"the name {key.Description} is not allowed", name.Expected);
            }

            if (value.IsNull && map.Value is null)
            {
                Report(key.Position, Join(path, key.Text), "has no value", "a text, \"\" for an empty one");
            }
            else
            {
                Check(value, map.Value ?? new TextShape(), Join(path, key.Text), key.Position, []);
            }
        }
    }

    private void CheckWrapped(YamlMapping mapping, WrappedShape wrapped, string path)
    {
        var wrapper = mapping.Entries.FirstOrDefault(entry => entry.Key.Text == wrapped.Key);
        if (wrapper is null)
        {
            Check(mapping, wrapped.Inner, path, mapping.Position);
        }
        else if (wrapper.Value.IsNull && mapping.Entries.Count > 1)
        {
            var expected = "them two more spaces to the right";
            Report(mapping.Entries[1].Key.Position, path, $"the keys below '{wrapped.Key}:' stand beside it", expected);
        }
        else
        {
            Check(mapping, new ObjectShape(new ShapeKey(wrapped.Key, wrapped.Inner, "")), path, mapping.Position);
        }
    }

    private void CheckMapping(YamlMapping mapping, Shape shape, string path, SourcePosition parent, ImmutableHashSet<string> settled)
    {
        if (shape is CasesShape cases)
        {
            CheckCases(mapping, cases, path, parent, settled);
        }
        else
        {
            CheckObject(mapping, shape is EitherShape either ? either.For(mapping) : (ObjectShape)shape, path, parent, settled);
        }
    }

    private void CheckCases(YamlMapping mapping, CasesShape cases, string path, SourcePosition parent, ImmutableHashSet<string> settled)
    {
        var words = cases.Cases.Keys.ToList();
        var chosen = mapping.Find(cases.Key);
        if (chosen is null && cases.Default is null)
        {
            var misspelt = mapping.Entries.FirstOrDefault(entry => NearestWord.Find(entry.Key.Text, [cases.Key]) is not null);
            if (misspelt is null)
            {
                CheckDuplicates(mapping, path);
                Report(parent, Join(path, cases.Key), $"the key '{cases.Key}' is missing", TextShape.OneOf(words));
                return;
            }

            Report(misspelt.Key.Position, Join(path, misspelt.Key.Text), $"unknown key {misspelt.Key.Description}", cases.Key, cases.Key);
            chosen = misspelt.Value;
            settled = settled.Add(misspelt.Key.Text);
        }

        var word = chosen is null ? cases.Default! : (chosen as YamlScalar)?.Text ?? "";
        if (!cases.Cases.TryGetValue(word, out var shape))
        {
            var nearest = NearestWord.Find(word, words);
            Report(chosen!.Position, Join(path, cases.Key), $"there is no {cases.Noun} {chosen.Description}", TextShape.OneOf(words), nearest);
            if (nearest is null)
            {
                CheckDuplicates(mapping, path);
                return;
            }

            shape = cases.Cases[nearest];
        }

        CheckMapping(mapping, shape, path, parent, settled.Add(cases.Key));
    }

    private void CheckObject(YamlMapping mapping, ObjectShape shape, string path, SourcePosition parent, ImmutableHashSet<string> settled)
    {
        CheckDuplicates(mapping, path);
        var names = shape.Keys.Select(key => key.Name).ToList();
        var present = mapping.Entries.Select(entry => entry.Key.Text).ToHashSet();
        foreach (var (key, value) in mapping.Entries.Where(entry => !settled.Contains(entry.Key.Text)))
        {
            var at = Join(path, key.Text);
            if (shape.IgnoredPrefix is { } ignored && key.Text.StartsWith(ignored, StringComparison.Ordinal))
            {
                continue;
            }

            if (shape.Refused.TryGetValue(key.Text, out var refusal))
            {
                Report(key.Position, at, refusal.Message, refusal.Expected);
            }
            else if (shape.Keys.FirstOrDefault(known => known.Name == key.Text) is not { } known)
            {
                var meant = NearestWord.Find(key.Text, names);
                present.Add(meant ?? "");
                Report(key.Position, at, $"unknown key {key.Description}", TextShape.OneOf(names), meant);
            }
            else if (value.IsNull && known.Shape is not (ListShape { MayBeEmpty: true } or MapShape or ObjectShape or CasesShape or EitherShape))
            {
                Report(key.Position, at, "has no value", known.Shape.Expected);
            }
            else
            {
                Check(value, known.Shape, at, key.Position, []);
            }
        }

        foreach (var missing in shape.Keys.Where(key => key.Required && !present.Contains(key.Name) && !settled.Contains(key.Name)))
        {
            Report(parent, Join(path, missing.Name), $"the key '{missing.Name}' is missing", missing.Shape.Expected);
        }
    }

    private void CheckDuplicates(YamlMapping mapping, string path)
    {
        foreach (var again in mapping.Entries.GroupBy(entry => entry.Key.Text).SelectMany(group => group.Skip(1)))
        {
            var first = mapping.Entries.First(entry => entry.Key.Text == again.Key.Text).Key.Position;
            Report(again.Key.Position, Join(path, again.Key.Text), $"the key '{again.Key.Text}' is there already, on line {first.Line}");
        }
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}

using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <summary>Takes the values of a type's options out of a mapping that has been checked, and fills in defaults.</summary>
internal static class OptionReader
{
    public static Options Read(YamlMapping mapping, TypeDescriptor type)
    {
        var values = new Dictionary<string, object>();
        foreach (var option in type.Options)
        {
            if ((mapping.FindPath(option.Name) ?? DefaultOf(option, type)) is { } node)
            {
                values[option.Name] = Convert(node, option, type);
            }
        }

        return new(values);
    }

    private static YamlNode? DefaultOf(OptionDescriptor option, TypeDescriptor type) => option switch
    {
        { Default: null, Type: OptionType.List } => new YamlList(new(1, 1), []),
        { Default: null, Type: OptionType.Map } => new YamlMapping(new(1, 1), []),
        { Default: null } => null,
        { Type: OptionType.List or OptionType.Map } => YamlTree.Read(option.Default, type.Type, []),
        _ => new YamlScalar(new(1, 1), option.Default, IsPlain: true),
    };

    private static object Convert(YamlNode node, OptionDescriptor option, TypeDescriptor type) => (option.Type, node) switch
    {
        (OptionType.Text, YamlScalar scalar) => scalar.Text,
        (OptionType.Integer, YamlScalar scalar) when new IntegerShape(null, null).Parse(scalar.Text) is { } number => number,
        (OptionType.Boolean, _) when BooleanShape.Parse(node) is { } truth => truth,
        (OptionType.List, YamlList list) => Texts(list),
        (OptionType.Map, YamlMapping mapping) => Map(mapping),
        _ => throw new ArgumentException($"The default of the option '{option.Name}' of {type.Type} is not of its own type.", nameof(type)),
    };

    private static IReadOnlyList<string> Texts(YamlList list) => [.. list.Items.Cast<YamlScalar>().Select(item => item.Text)];

    private static Dictionary<string, string> Map(YamlMapping mapping) =>
        mapping.Entries.ToDictionary(entry => entry.Key.Text, entry => ((YamlScalar)entry.Value).Text);
}

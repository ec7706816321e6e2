using System.Globalization;
using System.Text.RegularExpressions;
using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <summary>
/// What may stand at one place of a file. The reader's checks and the JSON Schema are both made from shapes, so that they agree.
/// </summary>
internal abstract record Shape
{
    /// <summary>What is right here, in words for "expected ...".</summary>
    public abstract string Expected { get; }

    public static Shape Of(OptionDescriptor option) => option.Type switch
    {
        OptionType.Integer => new IntegerShape(option.Minimum, option.Maximum),
        OptionType.Boolean => new BooleanShape(),
        OptionType.List => new ListShape(TextOf(option)),
        OptionType.Map => new MapShape(),
        _ => TextOf(option),
    };

    private static TextShape TextOf(OptionDescriptor option) => new(option.Choices, option.Pattern, option.PatternMeaning);
}

/// <summary>Any scalar, taken as it is written.</summary>
/// <param name="Choices">The only ones allowed; empty when any is.</param>
/// <param name="Pattern">A regular expression that the whole text must match.</param>
/// <param name="PatternMeaning">The same in words.</param>
internal sealed record TextShape(IReadOnlyList<string> Choices, string? Pattern = null, string? PatternMeaning = null) : Shape
{
    public TextShape(string? pattern = null, string? meaning = null) : this([], pattern, meaning) { }

    public override string Expected => Choices.Count > 0
        ? OneOf(Choices)
        : PatternMeaning ?? (Pattern is null ? "a text" : $"a text that matches {Pattern}");

    public string? WholePattern => Pattern is null ? null : $"^(?:{Pattern})$";

    public bool Accepts(string text) =>
        (Choices.Count == 0 || Choices.Contains(text))
        && (Pattern is null || Regex.IsMatch(text, $@"\A(?:{Pattern})\z", RegexOptions.CultureInvariant));

    public static string OneOf(IReadOnlyCollection<string> words) =>
        words.Count switch { 0 => "nothing, as there is none", 1 => words.First(), _ => $"one of {string.Join(", ", words)}" };
}

/// <param name="Unit">What is counted, in words; null when it is just a number.</param>
/// <param name="Suffixes">Letters that may follow the number, with what they multiply it by.</param>
internal sealed record IntegerShape(
    long? Minimum, long? Maximum, string? Unit = null, IReadOnlyDictionary<char, long>? Suffixes = null) : Shape
{
    private const int MaximumDigits = 12;

    public override string Expected
    {
        get
        {
            var number = Unit is null ? "a whole number" : $"{Unit} as a whole number";
            var range = (Minimum, Maximum) switch
            {
                (null, null) => "",
                ({ } minimum, null) => $" from {minimum}",
                (null, { } maximum) => $" up to {maximum}",
                ({ } minimum, { } maximum) => $" from {minimum} to {maximum}",
            };
            return number + range + (Suffixes is null ? "" : $", or with {string.Join(" or ", Suffixes.Keys)} behind it");
        }
    }

    /// <summary>A number in quotes, or one with a suffix.</summary>
    public string Pattern =>
        $"^-?(?:0|[1-9][0-9]{{0,{MaximumDigits - 1}}}){(Suffixes is null ? "" : $"[{string.Concat(Suffixes.Keys)}]?")}$";

    /// <summary>The number in units; null when the text is none or it is out of range.</summary>
    public long? Parse(string text)
    {
        if (!Regex.IsMatch(text, Pattern) || text.EndsWith('\n'))
        {
            return null;
        }

        var factor = Suffixes?.GetValueOrDefault(text[^1], 1) ?? 1;
        var digits = char.IsAsciiDigit(text[^1]) ? text : text[..^1];
        var number = long.Parse(digits, CultureInfo.InvariantCulture) * factor;
        return number < Minimum || number > Maximum ? null : number;
    }
}

internal sealed record BooleanShape : Shape
{
    public override string Expected => "true or false";

    public static bool? Parse(YamlNode node) => node is not YamlScalar { IsPlain: true, Text: var text } ? null : text switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => null,
    };
}

/// <summary>Any scalar whose text can be parsed.</summary>
internal sealed record ParsedShape(string Meaning, Func<string, bool> Accepts) : Shape
{
    public override string Expected => Meaning;
}

internal sealed record ListShape(Shape Item, bool MayBeEmpty = true) : Shape
{
    public override string Expected => MayBeEmpty ? "a list" : "a list with at least one item";
}

/// <summary>A mapping from names of the user's choice.</summary>
/// <param name="Value">What each name stands for; null for texts.</param>
internal sealed record MapShape(TextShape? Key = null, Shape? Value = null) : Shape
{
    public override string Expected => Value is null ? "a mapping from names to texts" : "a mapping from names";
}

/// <param name="Meaning">One sentence for the schema.</param>
/// <param name="Default">As it would be written.</param>
internal sealed record ShapeKey(string Name, Shape Shape, string Meaning, bool Required = false, string? Default = null);

/// <summary>Why a key cannot be where it would be expected, and what is right instead.</summary>
internal sealed record Refusal(string Message, string? Expected);

/// <summary>A mapping with keys of ours.</summary>
internal sealed record ObjectShape(IReadOnlyList<ShapeKey> Keys) : Shape
{
    public ObjectShape(params ShapeKey[] keys) : this((IReadOnlyList<ShapeKey>)keys) { }

    /// <summary>Keys about which there is more to say than that they are unknown.</summary>
    public IReadOnlyDictionary<string, Refusal> Refused { get; init; } = new Dictionary<string, Refusal>();

    /// <summary>What keys begin with that are not meant for us; null when all are.</summary>
    public string? IgnoredPrefix { get; init; }

    public override string Expected
    {
        get
        {
            var required = Keys.Where(key => key.Required).ToList();
            return $"a mapping with {string.Join(", ", (required.Count == 0 ? Keys : required).Select(key => key.Name))}";
        }
    }

    /// <summary>The keys of a type; dotted names become mappings within the mapping.</summary>
    public static ObjectShape Of(IEnumerable<ShapeKey> shared, TypeDescriptor type) => new([.. shared, .. KeysOf(type.Options)]);

    private static IEnumerable<ShapeKey> KeysOf(IEnumerable<OptionDescriptor> options) =>
        options.GroupBy(option => option.Name.Split('.')[0]).Select(group =>
        {
            if (group.First() is var single && single.Name == group.Key)
            {
                return new(group.Key, Shape.Of(single), single.Meaning, single.Required, single.Default);
            }

            var inner = new ObjectShape([.. KeysOf(group.Select(option => option with { Name = option.Name[(group.Key.Length + 1)..] }))]);
            return new ShapeKey(group.Key, inner, "", inner.Keys.Any(key => key.Required));
        });
}

/// <summary>Several ways to write the same, told apart by whether it is a scalar, a list or a mapping.</summary>
internal sealed record VariantShape(string Meaning, params IReadOnlyList<Shape> Variants) : Shape
{
    public override string Expected => Meaning;

    public Shape? For(YamlNode node) => Variants.FirstOrDefault(variant => node switch
    {
        YamlMapping => variant is ObjectShape or MapShape,
        YamlList => variant is ListShape,
        _ => variant is TextShape or IntegerShape or BooleanShape or ParsedShape,
    });
}

/// <summary>A mapping that takes other keys where a certain one of them is there.</summary>
internal sealed record EitherShape(string Key, ObjectShape With, ObjectShape Without) : Shape
{
    public override string Expected => $"{Without.Expected}, or with {Key}";

    /// <summary>The keys that are meant; a slip in <see cref="Key"/> is seen through where nothing speaks against it.</summary>
    public ObjectShape For(YamlMapping mapping)
    {
        var names = mapping.Entries.Select(entry => entry.Key.Text).ToList();
        var others = names.Except(Without.Keys.Select(key => key.Name));
        return names.Contains(Key) || (NearestWord.Find(Key, others) is not null && !names.Exists(With.Refused.ContainsKey))
            ? With
            : Without with { Keys = [.. Without.Keys, With.Keys.Single(key => key.Name == Key) with { Required = false }] };
    }
}

/// <summary>A mapping whose other keys depend on the word at one of them.</summary>
/// <param name="Key">Where that word stands.</param>
/// <param name="Noun">What the word is: <c>resource type</c>.</param>
/// <param name="Default">The word when none is given; null when one must be.</param>
internal sealed record CasesShape(string Key, string Noun, IReadOnlyDictionary<string, Shape> Cases, string? Default = null) : Shape
{
    public override string Expected => $"a mapping with the key {Key}";
}

/// <summary>A mapping that may stand alone or below one more key, as <c>resource:</c> in older files.</summary>
internal sealed record WrappedShape(string Key, Shape Inner) : Shape
{
    public override string Expected => Inner.Expected;
}

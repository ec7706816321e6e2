using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Definitions;

/// <summary>
/// Writes JSON Schemas (2020-12) of the definition files for editors. They accept and reject what <see cref="DefinitionReader"/> does,
/// except for what holds between distant parts (names taken twice, containers that wait for each other, several ways of checking health,
/// bindings, quotes within a command) and for the ranges of numbers that are written in quotes or with a unit. Compose files have a schema
/// of their own, which others publish.
/// </summary>
public static class SchemaWriter
{
    private static readonly JsonSerializerOptions Format =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema of environment files, indented, with a line feed at the end.</summary>
    public static string WriteEnvironment(ICloudCatalog catalog) => Write(
        "CaaStle environment",
        AnyOf([.. catalog.Clouds.Select(cloud => Of(EnvironmentGrammar.RootFor(cloud)))]));

    /// <summary>The schema of application files, indented, with a line feed at the end.</summary>
    public static string WriteApplication() => Write("CaaStle application", Of(ApplicationGrammar.Root));

    private static string Write(string title, JsonObject schema)
    {
        var root = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        foreach (var (name, value) in schema)
        {
            root[name] = value?.DeepClone();
        }

        return root.ToJsonString(Format) + "\n";
    }

    private static JsonObject Of(Shape shape) => shape switch
    {
        TextShape text => OfText(text),
        IntegerShape integer => OfInteger(integer),
        BooleanShape => new() { ["type"] = "boolean" },
        ListShape { MayBeEmpty: true } list => new() { ["type"] = Names("array", "null"), ["items"] = Of(list.Item) },
        ListShape list => new() { ["type"] = "array", ["minItems"] = 1, ["items"] = Of(list.Item) },
        MapShape map => OfMap(map),
        ObjectShape mapping => OfObject(mapping),
        VariantShape variants => AnyOf([.. variants.Variants.Select(NotNull)]),
        CasesShape cases => AnyOf([.. cases.Cases.Values.Select(Of)]),
        EitherShape either => AnyOf([Of(either.Without), Of(either.With)]),
        WrappedShape wrapped => AnyOf(
            [Of(new ObjectShape(new ShapeKey(wrapped.Key, wrapped.Inner, "", Required: true))), Of(wrapped.Inner)]),
        _ => throw new ArgumentException($"There is no schema for {shape.GetType().Name}.", nameof(shape)),
    };

    private static JsonObject OfText(TextShape text)
    {
        if (text.Choices.Count > 0)
        {
            return new() { ["enum"] = new JsonArray([.. text.Choices.SelectMany(Spellings)]) };
        }

        // What looks like a number or a truth value and has no quotes is taken as the text that it is.
        var types = new List<string> { "string" };
        if (text.Accepts("8") || text.Accepts("8.0"))
        {
            types.Add("number");
        }

        if (text.Accepts("true"))
        {
            types.Add("boolean");
        }

        var schema = new JsonObject { ["type"] = types is [var only] ? only : Names([.. types]) };
        if (text.WholePattern is { } pattern)
        {
            schema["pattern"] = pattern;
        }

        return schema;
    }

    private static IEnumerable<JsonNode?> Spellings(string choice) =>
        decimal.TryParse(choice, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? [choice, number] : [choice];

    private static JsonObject OfInteger(IntegerShape integer)
    {
        var schema = new JsonObject { ["type"] = Names("integer", "string"), ["pattern"] = integer.Pattern };
        if (integer.Minimum is { } minimum)
        {
            schema["minimum"] = minimum;
        }

        if (integer.Maximum is { } maximum)
        {
            schema["maximum"] = maximum;
        }

        return schema;
    }

    private static JsonObject OfMap(MapShape map)
    {
        var schema = new JsonObject { ["type"] = Names("object", "null"), ["additionalProperties"] = Of(new TextShape()) };
        if (map.Key?.WholePattern is { } pattern)
        {
            schema["patternProperties"] = new JsonObject { [pattern] = schema["additionalProperties"]!.DeepClone() };
            schema["additionalProperties"] = false;
        }

        return schema;
    }

    private static JsonObject OfObject(ObjectShape mapping)
    {
        var required = mapping.Keys.Where(key => key.Required).Select(key => key.Name).ToArray();
        var properties = new JsonObject();
        foreach (var key in mapping.Keys)
        {
            properties[key.Name] = Describe(Of(key.Shape), key);
        }

        var schema = new JsonObject
        {
            ["type"] = required.Length == 0 ? Names("object", "null") : "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        if (required.Length > 0)
        {
            schema["required"] = Names(required);
        }

        return schema;
    }

    private static JsonObject Describe(JsonObject schema, ShapeKey key)
    {
        if (key.Meaning.Length > 0)
        {
            schema["description"] = key.Meaning;
        }

        if (key.Default is not null)
        {
            schema["default"] = key.Shape is IntegerShape { Suffixes: null } && long.TryParse(key.Default, out var number)
                ? number
                : key.Shape is BooleanShape && bool.TryParse(key.Default, out var truth) ? truth : key.Default;
        }

        return schema;
    }

    /// <summary>A variant may not be left empty, even where it may be when it stands alone.</summary>
    private static JsonObject NotNull(Shape shape)
    {
        var schema = Of(shape);
        if (schema["type"] is JsonArray types && types.FirstOrDefault(type => type?.GetValue<string>() == "null") is { } nothing)
        {
            types.Remove(nothing);
        }

        return schema;
    }

    private static JsonObject AnyOf(JsonArray schemas) => schemas switch
    {
        [] => new() { ["not"] = new JsonObject() },
        [JsonObject only] => (JsonObject)only.DeepClone(),
        _ => new() { ["anyOf"] = schemas },
    };

    private static JsonArray Names(params string[] names) => [.. names.Select(name => JsonValue.Create(name))];
}

using System.Buffers;
using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <param name="Length">How much of the text the match takes.</param>
internal sealed record BindingMatch(BindingSource Source, string Attribute, int Length);

/// <summary>Something whose outputs can be bound, under one of its spellings.</summary>
/// <param name="Part">The part of the environment; null when the spelling could mean several.</param>
/// <param name="Spelling">What stands before the attribute: <c>MYSQL</c>, <c>MYSQL_ORDERS</c>.</param>
/// <param name="Others">Unambiguous spellings of all that an ambiguous one could mean.</param>
internal sealed record BindingSource(
    string Type, string? Part, string Spelling, IReadOnlyList<string> Attributes, IReadOnlyList<string> Others)
{
    /// <summary>What goes on a name, so that a match may not end before it.</summary>
    public static readonly SearchValues<char> WordCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    public static BindingSource OfType(string type, string? part, IReadOnlyList<OutputDescriptor> outputs, params IReadOnlyList<string> others) =>
        new(type, part, Spell(type), [.. outputs.Select(output => output.Name)], others);

    /// <summary>All spellings for the resources of one type.</summary>
    public static IEnumerable<BindingSource> OfResources(IReadOnlyList<ResourceDefinition> resources, TypeDescriptor type)
    {
        var byName = resources.Select(resource => OfType(type.Type, resource.Part, type.Outputs) with { Spelling = Spell(type.Type, resource.Name) });
        var meant = resources is [var only] ? only : resources.FirstOrDefault(resource => resource.Name == resource.Type);
        return [.. byName, OfType(type.Type, meant?.Part, type.Outputs, [.. byName.Select(source => source.Spelling)])];
    }

    /// <summary>Bindings at the beginning of a text.</summary>
    public IEnumerable<BindingMatch> Match(string text) => !Begins(text)
        ? []
        : from attribute in Attributes
          let length = Spelling.Length + 1 + attribute.Length
          where text.AsSpan(Spelling.Length + 1).StartsWith(attribute)
          where length == text.Length || !WordCharacters.Contains(text[length])
          select new BindingMatch(this, attribute, length);

    public bool Begins(string text) =>
        text.Length > Spelling.Length && text[Spelling.Length] == '_' && Spell(text[..Spelling.Length]) == Spelling;

    /// <summary>The ways to write an attribute of what this could mean.</summary>
    public IEnumerable<string> Named(string attribute) =>
        (Part is null ? Others : [Spelling]).Select(spelling => $"{spelling}_{attribute}");

    private static string Spell(params IEnumerable<string> words) => string.Join('_', words).ToUpperInvariant().Replace('-', '_');
}

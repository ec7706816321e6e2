using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Definitions;

/// <summary>
/// Replaces bindings in an application's variables by the outputs of its environment. A binding is <c>$CAASTLE_TYPE_Attribute</c>, or
/// <c>$CAASTLE_TYPE_NAME_Attribute</c> where a resource has a name, anywhere inside a value, also as <c>${...}</c> and with
/// <c>CLOUDARK</c> for <c>CAASTLE</c>. Types and names are found whichever their case, with <c>_</c> for <c>-</c>; attributes are
/// written as the type has them. Without a name it means the only resource of the type, or the one that has no name. The type of the
/// environment's COE binds the COE's outputs. <c>$$</c> is a literal dollar; any other <c>$</c> stays as it is.
/// </summary>
public sealed class BindingResolver
{
    private static readonly string[] Prefixes = ["CAASTLE_", "CLOUDARK_"];

    private readonly IReadOnlyList<BindingSource> sources;

    /// <param name="environment">The environment that the application runs in.</param>
    public BindingResolver(EnvironmentDefinition environment, ICloudCatalog catalog)
    {
        var cloud = catalog.Clouds.Single(each => each.Name == environment.Target);
        var coe = cloud.Coes.Single(each => each.Descriptor.Type == environment.Type).Descriptor;
        sources =
        [
            BindingSource.OfType(coe.Type, "", coe.Outputs),
            .. environment.Resources.GroupBy(resource => resource.Type).SelectMany(group => BindingSource.OfResources(
                [.. group], cloud.Resources.Single(each => each.Descriptor.Type == group.Key).Descriptor)),
        ];
    }

    /// <summary>Whether what stands behind a dollar is meant as a binding.</summary>
    public static bool IsBinding(string name) => Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Every binding of the application that the environment cannot satisfy, in the order of the file.</summary>
    public IReadOnlyList<DefinitionProblem> Check(ApplicationDefinition application, string fileName)
    {
        var problems = new List<DefinitionProblem>();
        foreach (var (container, name, raw) in application.Containers.SelectMany(container =>
            container.Variables.Select(variable => (container, variable.Key, variable.Value))))
        {
            var at = container.VariablePositions[name];
            foreach (var piece in Pieces(raw).Where(piece => piece.Problem is not null))
            {
                var (message, expected, suggestion) = piece.Problem!;
                problems.Add(new(fileName, at.Line, at.Column, $"{container.VariablesPath}.{name}", message, expected, suggestion));
            }
        }

        return [.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];
    }

    /// <summary>The parts of the environment that the application is bound to: <c>mysql.orders</c>, empty for the COE.</summary>
    public IReadOnlySet<string> PartsOf(ApplicationDefinition application) => application.Containers
        .SelectMany(container => container.Variables.Values)
        .SelectMany(Pieces)
        .Where(piece => piece.Target is not null)
        .Select(piece => piece.Target!.Value.Part)
        .ToHashSet();

    /// <summary>The value with its bindings replaced; secret as soon as one of them is.</summary>
    /// <param name="raw">A value that <see cref="Check"/> has found nothing wrong with.</param>
    /// <param name="lookup">Gives the output of a part (<c>mysql</c>, <c>mysql.orders</c>, empty for the COE) by its name.</param>
    /// <exception cref="ArgumentException">A binding cannot be satisfied.</exception>
    public Value Resolve(string raw, Func<string, string, Value> lookup)
    {
        var values = Pieces(raw).Select(piece => piece switch
        {
            { Problem: { } problem } => throw new ArgumentException(problem.Message, nameof(raw)),
            { Target: { } target } => lookup(target.Part, target.Attribute),
            _ => Value.Plain(piece.Text),
        }).ToList();
        var text = string.Concat(values.Select(value => value.Reveal()));
        return values.Exists(value => value.IsSecret) ? Value.Hidden(text) : Value.Plain(text);
    }

    private IEnumerable<Piece> Pieces(string raw)
    {
        var literal = 0;
        for (var dollar = raw.IndexOf('$'); dollar >= 0 && dollar < raw.Length - 1; dollar = raw.IndexOf('$', literal))
        {
            if (raw[dollar + 1] == '$')
            {
                yield return new(raw[literal..(dollar + 1)]);
                literal = dollar + 2;
                continue;
            }

            var name = raw[dollar + 1] == '{' ? dollar + 2 : dollar + 1;
            if (Prefixes.FirstOrDefault(prefix => raw.AsSpan(name).StartsWith(prefix)) is not { } found)
            {
                yield return new(raw[literal..name]);
                literal = name;
                continue;
            }

            yield return new(raw[literal..dollar]);
            var (piece, end) = ReadBinding(raw, dollar, name + found.Length, isBraced: name == dollar + 2);
            yield return piece;
            literal = end;
        }

        yield return new(raw[literal..]);
    }

    /// <param name="start">Where what follows the prefix begins.</param>
    private (Piece Piece, int End) ReadBinding(string raw, int dollar, int start, bool isBraced)
    {
        var word = start + raw.AsSpan(start).IndexOfAnyExcept(BindingSource.WordCharacters) is var stop && stop >= start ? stop : raw.Length;
        if (!isBraced)
        {
            var matches = Longest(raw[start..]);
            return matches.Count == 0
                ? (Unknown(raw[dollar..start], raw[start..word], ""), word)
                : (Found(matches, raw[dollar..(start + matches[0].Length)]), start + matches[0].Length);
        }

        var brace = raw.IndexOf('}', start);
        if (brace < 0)
        {
            return (new("", new($"the brace of {raw[dollar..word]} is not closed", $"{raw[dollar..word]}}}", null)), raw.Length);
        }

        var inside = raw[start..brace];
        var whole = Longest(inside).Where(match => match.Length == inside.Length).ToList();
        return (whole.Count == 0 ? Unknown(raw[dollar..start], inside, "}") : Found(whole, raw[dollar..(brace + 1)]), brace + 1);
    }

    private List<BindingMatch> Longest(string text)
    {
        var matches = sources.SelectMany(source => source.Match(text)).ToList();
        var length = matches.Count == 0 ? 0 : matches.Max(match => match.Length);
        return [.. matches.Where(match => match.Length == length).DistinctBy(match => (match.Source.Part, match.Attribute))];
    }

    private static Piece Found(List<BindingMatch> matches, string written)
    {
        if (matches is [{ Source.Part: { } part } only])
        {
            return new("", null, (part, only.Attribute));
        }

        var source = matches[0].Source;
        var message = source.Part is null
            ? $"{written} could be any of several resources of the type {source.Type}"
            : $"{written} can be read in several ways";
        var possible = matches.SelectMany(match => match.Source.Named(match.Attribute)).Select(name => $"${Prefixes[0]}{name}");
        return new("", new(message, TextShape.OneOf([.. possible]), null));
    }

    private Piece Unknown(string opening, string written, string closing)
    {
        var source = sources.Where(each => each.Begins($"{written}_")).MaxBy(each => each.Spelling.Length);
        var stem = source is null ? "" : $"{source.Spelling}_";
        var rest = written.Length > stem.Length ? written[stem.Length..] : "";
        var valid = sources.SelectMany(each => each.Attributes.Select(attribute => $"{each.Spelling}_{attribute}"));
        var nearest = NearestWord.Find(rest, valid.Where(name => name.StartsWith(stem, StringComparison.Ordinal)).Select(name => name[stem.Length..]));
        var suggestion = nearest is null ? null : $"{opening}{stem}{nearest}{closing}";
        return new("", source is null
            ? new($"{opening}{written}{closing} names nothing that the environment has", TextShape.OneOf(Types), suggestion)
            : new($"{source.Type} has no attribute '{rest}'", TextShape.OneOf(source.Attributes), suggestion));
    }

    private IReadOnlyList<string> Types => [.. sources.Select(source => source.Type).Distinct()];

    /// <summary>Literal text, a binding, or what is wrong with one.</summary>
    private sealed record Piece(string Text, BindingProblem? Problem = null, (string Part, string Attribute)? Target = null);

    private sealed record BindingProblem(string Message, string? Expected, string? Suggestion);
}

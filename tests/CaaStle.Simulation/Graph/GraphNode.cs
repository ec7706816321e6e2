using System.Globalization;

namespace CaaStle.Simulation.Graph;

/// <summary>One object of a definition, written as <c>name ready=30 fails=10 version=2 content=x data beside own each &lt;other</c>.</summary>
/// <param name="After">Names of the nodes that it needs.</param>
/// <param name="Ready">Seconds until it works.</param>
/// <param name="Fails">Seconds until it breaks; null for never.</param>
/// <param name="Version">What cannot be changed in place.</param>
/// <param name="Content">What can.</param>
/// <param name="IsData">It holds data.</param>
/// <param name="IsBeside">Another version has another identity, and so can stand beside it.</param>
/// <param name="IsOwn">Of an application: each revision has one of its own.</param>
/// <param name="IsEach">Of an application: each replica has one.</param>
public sealed record GraphNode(
    string Name,
    IReadOnlyList<string> After,
    double Ready,
    double? Fails,
    string Version,
    string Content,
    bool IsData,
    bool IsBeside,
    bool IsOwn,
    bool IsEach)
{
    public static IReadOnlyList<GraphNode> ParseAll(string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    public static string WriteAll(IEnumerable<GraphNode> nodes) => string.Join("; ", nodes);

    public override string ToString() => string.Join(' ', Words());

    private IEnumerable<string> Words()
    {
        yield return Name;
        yield return string.Create(CultureInfo.InvariantCulture, $"ready={Ready}");
        if (Fails is { } fails)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"fails={fails}");
        }

        yield return $"version={Version}";
        yield return $"content={Content}";
        foreach (var (flag, word) in ((bool, string)[])[(IsData, "data"), (IsBeside, "beside"), (IsOwn, "own"), (IsEach, "each")])
        {
            if (flag)
            {
                yield return word;
            }
        }

        foreach (var other in After)
        {
            yield return $"<{other}";
        }
    }

    private static GraphNode Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(
            words[0],
            [.. words.Where(word => word[0] == '<').Select(word => word[1..])],
            Number("ready") ?? 0,
            Number("fails"),
            Value("version") ?? "1",
            Value("content") ?? "a",
            words.Contains("data"),
            words.Contains("beside"),
            words.Contains("own"),
            words.Contains("each"));

        string? Value(string name) => words.FirstOrDefault(word => word.StartsWith($"{name}=", StringComparison.Ordinal))?[(name.Length + 1)..];
        double? Number(string name) => Value(name) is { } value ? double.Parse(value, CultureInfo.InvariantCulture) : null;
    }
}

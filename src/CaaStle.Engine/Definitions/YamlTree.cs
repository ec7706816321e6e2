using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CaaStle.Engine.Definitions;

/// <summary>
/// Reads one YAML document into nodes with positions. Aliases are followed and merge keys applied, within limits on size and depth
/// that no honest file comes near, so that no file can exhaust memory or stack.
/// </summary>
internal sealed class YamlTree
{
    public const int MaximumLength = 256 * 1024;
    public const int MaximumDepth = 32;
    public const int MaximumNodes = 10_000;

    private const string InvalidFromHere = "not valid YAML from here on";

    private readonly string file;
    private readonly List<DefinitionProblem> problems;
    private readonly Parser parser;
    private readonly Dictionary<string, Anchored> anchors = [];
    private int nodes;

    private YamlTree(string text, string file, List<DefinitionProblem> problems)
    {
        (this.file, this.problems) = (file, problems);
        parser = new(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The root, or null when there is none to go on with; what is wrong is then among the problems.</summary>
    public static YamlNode? Read(string text, string file, List<DefinitionProblem> problems)
    {
        if (text.Length > MaximumLength)
        {
            problems.Add(new(file, 1, 1, "", $"the file is larger than {MaximumLength / 1024} KiB", "a short definition", null));
            return null;
        }

        try
        {
            return new YamlTree(text.TrimStart('\uFEFF'), file, problems).ReadDocument();
        }
        catch (UnreadableException unreadable)
        {
            problems.Add(unreadable.Problem);
        }
        catch (YamlException error)
        {
            problems.Add(Explain(error, text, file));
        }

        return null;
    }

    private YamlNode? ReadDocument()
    {
        Advance();
        Advance();
        if (parser.Current is not DocumentStart)
        {
            return null;
        }

        Advance();
        var root = ReadNode(depth: 1);
        Advance();
        if (Advance() && parser.Current is DocumentStart second)
        {
            Report(second, "a second document begins here", "one definition in a file");
        }

        return root;
    }

    /// <summary>Reads the node that the current event begins, and leaves the parser at its last event.</summary>
    private YamlNode ReadNode(int depth)
    {
        var start = parser.Current!;
        if (depth > MaximumDepth)
        {
            throw Unreadable(start, $"nested deeper than {MaximumDepth} levels");
        }

        if (start is AnchorAlias alias)
        {
            return Follow(alias);
        }

        if (start is not NodeEvent node)
        {
            throw Unreadable(start, InvalidFromHere);
        }

        Count(start, 1);
        var before = nodes;
        if (!node.Tag.IsEmpty && node is not Scalar { Tag.IsNonSpecific: true })
        {
            Report(start, $"the tag '{node.Tag}' is not allowed", "a value without a tag");
        }

        var anchor = node.Anchor.IsEmpty ? null : node.Anchor.Value;
        if (anchor is not null)
        {
            anchors[anchor] = new(null, 0);
        }

        YamlNode read = start switch
        {
            Scalar scalar => new YamlScalar(At(start), scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => ReadList(start, depth),
            _ => ReadMapping(start, depth),
        };
        if (anchor is not null)
        {
            anchors[anchor] = new(read, nodes - before + 1);
        }

        return read;
    }

    private YamlList ReadList(ParsingEvent start, int depth)
    {
        var items = new List<YamlNode>();
        while (Next() is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }

        return new(At(start), items);
    }

    private YamlMapping ReadMapping(ParsingEvent start, int depth)
    {
        var (own, merged) = (new List<YamlEntry>(), new List<YamlEntry>());
        while (Next() is not MappingEnd)
        {
            var keyEvent = parser.Current!;
            if (ReadNode(depth + 1) is not YamlScalar key)
            {
                throw Unreadable(keyEvent, "a key must be a word");
            }

            Next();
            var value = ReadNode(depth + 1);
            if (key is { Text: "<<", IsPlain: true })
            {
                merged.AddRange(Merged(value, keyEvent));
            }
            else
            {
                own.Add(new(key, value));
            }
        }

        var known = own.Select(entry => entry.Key.Text).ToHashSet();
        return new(At(start), [.. own, .. merged.Where(entry => known.Add(entry.Key.Text))]);
    }

    private IEnumerable<YamlEntry> Merged(YamlNode value, ParsingEvent at) => value switch
    {
        YamlMapping mapping => mapping.Entries,
        YamlList list when list.Items.All(item => item is YamlMapping) => list.Items.SelectMany(item => ((YamlMapping)item).Entries),
        _ => throw Unreadable(at, "only a mapping can be merged with '<<'"),
    };

    private YamlNode Follow(AnchorAlias alias)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw Unreadable(alias, $"there is no anchor '&{alias.Value.Value}' before this alias");
        }

        if (anchored.Node is null)
        {
            throw Unreadable(alias, $"the alias '*{alias.Value.Value}' contains itself");
        }

        Count(alias, anchored.Nodes);
        return anchored.Node;
    }

    private bool Advance()
    {
        try
        {
            return parser.MoveNext();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner does not expect every kind of nonsense.
            var at = parser.Current?.End ?? Mark.Empty;
            throw new UnreadableException(new(file, (int)at.Line, (int)at.Column, "", InvalidFromHere, null, null));
        }
    }

    private ParsingEvent Next()
    {
        Advance();
        return parser.Current!;
    }

    private void Count(ParsingEvent at, int more)
    {
        nodes += more;
        if (nodes > MaximumNodes)
        {
            throw Unreadable(at, $"the file has more than {MaximumNodes} values, aliases followed");
        }
    }

    private void Report(ParsingEvent at, string message, string expected) =>
        problems.Add(new(file, At(at).Line, At(at).Column, "", message, expected, null));

    private UnreadableException Unreadable(ParsingEvent at, string message) =>
        new(new(file, At(at).Line, At(at).Column, "", message, null, null));

    private static SourcePosition At(ParsingEvent read) => new((int)read.Start.Line, (int)read.Start.Column);

    private static DefinitionProblem Explain(YamlException error, string text, string file)
    {
        // The scanner notices a tab in one way or another, often only when it is past it, and may say no place.
        var lines = text.Split('\n');
        var last = error.Message.Contains("tab", StringComparison.Ordinal) ? lines.Length : Math.Min(lines.Length, error.End.Line + 1);
        for (var line = 1; line <= last; line++)
        {
            var indentation = lines[line - 1].TakeWhile(c => c is ' ' or '\t').ToList();
            if (indentation.IndexOf('\t') is >= 0 and var tab)
            {
                return new(file, line, tab + 1, "", "the line is indented with a tab, which YAML forbids", "spaces", null);
            }
        }

        return new(file, (int)error.Start.Line, (int)error.Start.Column, "", $"not valid YAML: {error.Message}", null, null);
    }

    /// <param name="Node">Null while it is being read.</param>
    /// <param name="Nodes">How many nodes it is, aliases followed.</param>
    private sealed record Anchored(YamlNode? Node, int Nodes);

    private sealed class UnreadableException(DefinitionProblem problem) : Exception
    {
        public DefinitionProblem Problem => problem;
    }
}

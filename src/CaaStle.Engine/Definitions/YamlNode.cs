namespace CaaStle.Engine.Definitions;

/// <summary>A piece of a YAML document, with where it begins.</summary>
internal abstract record YamlNode(SourcePosition Position)
{
    /// <summary>Whether nothing is written here: <c>key:</c>, <c>key: ~</c>, <c>key: null</c>.</summary>
    public bool IsNull => this is YamlScalar { IsPlain: true, Text: "" or "~" or "null" or "Null" or "NULL" };

    /// <summary>What it is, in words for a message.</summary>
    public abstract string Description { get; }
}

internal sealed record YamlScalar(SourcePosition Position, string Text, bool IsPlain) : YamlNode(Position)
{
    private const int Shown = 40;

    public override string Description =>
        IsNull ? "nothing" : $"'{(Text.Length > Shown ? Text[..Shown] + "…" : Text).ReplaceLineEndings(" ")}'";
}

internal sealed record YamlList(SourcePosition Position, IReadOnlyList<YamlNode> Items) : YamlNode(Position)
{
    public override string Description => "a list";
}

internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);

/// <param name="Entries">In the order of the file; duplicates included, merged ones (<c>&lt;&lt;</c>) last.</param>
internal sealed record YamlMapping(SourcePosition Position, IReadOnlyList<YamlEntry> Entries) : YamlNode(Position)
{
    public override string Description => "a mapping";

    /// <summary>The value of a key; null when the key is not there or has no value.</summary>
    public YamlNode? Find(string key) =>
        Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value is { IsNull: false } value ? value : null;

    /// <summary>The key itself, where it is there, with or without a value.</summary>
    public YamlScalar? FindKey(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Key;

    public string? FindText(string key) => (Find(key) as YamlScalar)?.Text;

    /// <summary>The value at a path such as <c>configuration.dbname</c>.</summary>
    public YamlNode? FindPath(string path) =>
        path.Split('.').Aggregate((YamlNode?)this, (node, key) => (node as YamlMapping)?.Find(key));
}

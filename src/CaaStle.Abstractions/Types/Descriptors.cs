namespace CaaStle.Abstractions;

public enum OptionType
{
    Text,
    Integer,
    Boolean,

    /// <summary>A list of texts.</summary>
    List,

    /// <summary>A mapping from names to texts.</summary>
    Map,
}

/// <summary>What changing an option of something that exists does to it.</summary>
public enum ChangeEffect
{
    Replaced,
    ChangedInPlace,
    LosesData,
}

/// <summary>One key that a type understands in a YAML file.</summary>
/// <param name="Name">The key, or the path to it below the type's own mapping, as <c>configuration.dbname</c>.</param>
/// <param name="Meaning">One sentence for documentation and help.</param>
public sealed record OptionDescriptor(string Name, OptionType Type, string Meaning)
{
    public bool Required { get; init; }

    /// <summary>What holds when the key is not given, as it would be written.</summary>
    public string? Default { get; init; }

    /// <summary>The only values allowed; empty when any is.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    public long? Minimum { get; init; }

    public long? Maximum { get; init; }

    /// <summary>A regular expression that the whole value must match, with <see cref="PatternMeaning"/> in words.</summary>
    public string? Pattern { get; init; }

    public string? PatternMeaning { get; init; }

    public ChangeEffect OnChange { get; init; } = ChangeEffect.Replaced;

    /// <summary>Accepted so that old files keep working, without effect on this cloud; <see cref="Meaning"/> says so.</summary>
    public bool Ignored { get; init; }
}

/// <summary>One value that a type offers once it is ready.</summary>
public sealed record OutputDescriptor(string Name, string Meaning, bool Secret = false);

/// <summary>
/// All that is known of a type before it is used: the one source for checking, schemas, binding checks, help and documentation.
/// </summary>
/// <param name="Type">The word in the YAML file: <c>mysql</c>, <c>local-docker</c>.</param>
/// <param name="Summary">One sentence.</param>
public sealed record TypeDescriptor(string Type, string Summary, IReadOnlyList<OptionDescriptor> Options, IReadOnlyList<OutputDescriptor> Outputs);

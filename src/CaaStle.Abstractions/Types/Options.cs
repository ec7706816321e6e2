namespace CaaStle.Abstractions;

/// <summary>Checked option values by their descriptor's name, defaults filled in. Asking for an option that has none is a defect.</summary>
public sealed class Options(IReadOnlyDictionary<string, object> values)
{
    private readonly IReadOnlyDictionary<string, object> values = values;

    public bool Has(string name) => values.ContainsKey(name);

    public string Text(string name) => (string)values[name];

    public string? TextOrNull(string name) => values.TryGetValue(name, out var value) ? (string)value : null;

    public long Integer(string name) => (long)values[name];

    public bool Boolean(string name) => (bool)values[name];

    public IReadOnlyList<string> List(string name) => (IReadOnlyList<string>)values[name];

    public IReadOnlyDictionary<string, string> Map(string name) => (IReadOnlyDictionary<string, string>)values[name];

    /// <summary>Whether the other has the same value of that name, or neither has one.</summary>
    public bool HasSame(Options other, string name) => (values.GetValueOrDefault(name), other.values.GetValueOrDefault(name)) switch
    {
        (IReadOnlyList<string> left, IReadOnlyList<string> right) => left.SequenceEqual(right),
        (IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
            left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out var value) && value == pair.Value),
        var (left, right) => Equals(left, right),
    };
}

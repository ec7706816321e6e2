namespace CaaStle.Abstractions;

/// <summary>Checked option values by their descriptor's name, defaults filled in. Asking for an option that has none is a defect.</summary>
public sealed class Options(IReadOnlyDictionary<string, object> values)
{
    public bool Has(string name) => values.ContainsKey(name);

    public string Text(string name) => (string)values[name];

    public string? TextOrNull(string name) => values.TryGetValue(name, out var value) ? (string)value : null;

    public long Integer(string name) => (long)values[name];

    public bool Boolean(string name) => (bool)values[name];

    public IReadOnlyList<string> List(string name) => (IReadOnlyList<string>)values[name];

    public IReadOnlyDictionary<string, string> Map(string name) => (IReadOnlyDictionary<string, string>)values[name];
}

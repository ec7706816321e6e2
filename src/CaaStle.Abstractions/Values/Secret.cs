namespace CaaStle.Abstractions;

/// <summary>A value that must never be printed: only <see cref="Reveal"/> gives it away, and only a call to a cloud should ask.</summary>
public sealed class Secret(string value) : IEquatable<Secret>
{
    /// <summary>What stands for a secret wherever it is shown.</summary>
    public const string Mask = "••••••••";

    public string Reveal() => value;

    public bool Equals(Secret? other) => other is not null && other.Reveal() == value;

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Mask;
}

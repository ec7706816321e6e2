namespace CaaStle.Abstractions;

/// <summary>A text that may be secret: an output of a resource, or an environment variable of an application.</summary>
public sealed record Value
{
    private readonly string text;

    private Value(string text, bool isSecret) => (this.text, IsSecret) = (text, isSecret);

    public bool IsSecret { get; }

    /// <summary>The text in the clear, whether secret or not.</summary>
    public string Reveal() => text;

    public static Value Plain(string text) => new(text, isSecret: false);

    public static Value Hidden(string text) => new(text, isSecret: true);

    public static implicit operator Value(string text) => Plain(text);

    public static implicit operator Value(int number) => Plain(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static implicit operator Value(Secret secret) => Hidden(secret.Reveal());

    public override string ToString() => IsSecret ? Secret.Mask : text;
}

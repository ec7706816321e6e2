namespace CaaStle.Cli.Output;

/// <summary>Colours where the reader wants and can see them. Never the only sign of anything.</summary>
internal sealed class Style(bool color)
{
    public bool Color => color;

    public string Good(string text) => Paint(text, "32");

    public string Bad(string text) => Paint(text, "31");

    public string Busy(string text) => Paint(text, "33");

    public string Strong(string text) => Paint(text, "1");

    public string Faint(string text) => Paint(text, "2");

    /// <summary>A status word in the colour of what it means.</summary>
    public string Status(string status) => status switch
    {
        "available" or "ready" or "succeeded" or "passed" => Good(status),
        "create-failed" or "update-failed" or "rolled-back" or "failed" or "missing" or "broken" => Bad(status),
        _ => Busy(status),
    };

    private string Paint(string text, string code) => color && text.Length > 0 ? $"\u001b[{code}m{text}\u001b[0m" : text;

    /// <param name="choice">auto, always or never.</param>
    public static Style For(string choice, bool isTerminal, CommandContext context) => new(choice switch
    {
        "always" => true,
        "never" => false,
        _ => isTerminal && context.NonEmptyVariable("NO_COLOR") is null && context.Variable("TERM") is not "dumb",
    });
}

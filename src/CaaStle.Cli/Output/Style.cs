namespace CaaStle.Cli.Output;

/// <summary>Colours where the reader wants and can see them. Never the only sign of anything.</summary>
internal sealed class Style(bool color)
{
    private static readonly string[] SourceColours = ["36", "33", "32", "35", "34"];

    public bool Color => color;

    public string Good(string text) => Paint(text, "32");

    public string Bad(string text) => Paint(text, "31");

    public string Busy(string text) => Paint(text, "33");

    public string Strong(string text) => Paint(text, "1");

    public string Faint(string text) => Paint(text, "2");

    /// <summary>One of several sources of lines, each in a colour of its own.</summary>
    public string Source(string text, int number) => Paint(text, SourceColours[number % SourceColours.Length]);

    /// <summary>A status word in the colour of what it means.</summary>
    public string Status(string status) => status switch
    {
        "available" or "ready" or "succeeded" or "in force" or "passed" => Good(status),
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

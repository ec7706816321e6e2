using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>Log lines for people. Where they are from stands before them when there are several sources.</summary>
internal sealed class LogText(TextWriter output, Style style)
{
    private readonly List<string> sources = [];
    private readonly List<LogLineView> held = [];
    private bool isReleased;
    private int width;

    /// <summary>Lines of the only source so far wait for whether there is another.</summary>
    public void Write(LogLineView line)
    {
        if (!sources.Contains(line.Source))
        {
            sources.Add(line.Source);
            width = Math.Max(width, Untrusted.Clean(line.Source).Length);
        }

        held.Add(line);
        if (isReleased || sources.Count > 1)
            Release();
    }

    /// <summary>Writes what waits, and from now on each line as it comes.</summary>
    public void Release()
    {
        isReleased = true;
        foreach (var line in held)
            output.WriteLine(Prefix(line.Source) + Untrusted.Clean(line.Text));
        held.Clear();
    }

    private string Prefix(string source) =>
        sources.Count < 2 ? "" : style.Source($"{Untrusted.Clean(source).PadRight(width)} | ", sources.IndexOf(source));
}

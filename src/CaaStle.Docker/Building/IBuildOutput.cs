namespace CaaStle.Docker.Building;

/// <summary>Turns what a builder reports into lines for the user.</summary>
internal interface IBuildOutput
{
    /// <summary>The last lines of the step that failed, or that was under way last; oldest first.</summary>
    IReadOnlyList<string> LastLog { get; }

    void Show(ProgressMessage message);
}

/// <summary>Keeps the last lines of many.</summary>
internal sealed class LastLines
{
    private const int Limit = 20;

    private readonly Queue<string> lines = new();

    public void Add(string line)
    {
        if (lines.Count == Limit)
        {
            lines.Dequeue();
        }

        lines.Enqueue(line);
    }

    public void Clear() => lines.Clear();

    public IReadOnlyList<string> ToList() => [.. lines];
}

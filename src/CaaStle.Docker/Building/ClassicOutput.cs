namespace CaaStle.Docker.Building;

/// <summary>The classic builder's output: text, bit by bit.</summary>
internal sealed class ClassicOutput(IProgress<string> log) : IBuildOutput
{
    private readonly LastLines step = new();
    private string unfinished = "";

    public IReadOnlyList<string> LastLog => step.ToList();

    public void Show(ProgressMessage message)
    {
        var lines = (unfinished + message.Stream).Split('\n');
        unfinished = lines[^1];
        foreach (var line in lines[..^1])
        {
            Show(line.TrimEnd());
        }

        if (message.Error is not null)
        {
            Show(unfinished);
        }
    }

    private void Show(string line)
    {
        if (line.Length == 0)
        {
            return;
        }

        if (line.StartsWith("Step ", StringComparison.Ordinal))
        {
            step.Clear();
        }
        else
        {
            step.Add(line);
        }

        log.Report(line);
    }
}

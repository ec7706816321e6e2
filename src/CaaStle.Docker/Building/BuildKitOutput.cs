using System.Globalization;
using System.Text.Json;

namespace CaaStle.Docker.Building;

/// <summary>BuildKit's trace, shown as its own plain progress: <c>#5 [2/3] RUN make</c>, <c>#5 done 3.2s</c>.</summary>
internal sealed class BuildKitOutput(IProgress<string> log) : IBuildOutput
{
    private readonly Dictionary<string, Step> steps = [];
    private Step? last;
    private Step? failed;

    public IReadOnlyList<string> LastLog => (failed ?? last)?.Lines.ToList() ?? [];

    public void Show(ProgressMessage message)
    {
        if (message is not { Id: "moby.buildkit.trace", Aux.ValueKind: JsonValueKind.String })
        {
            return;
        }

        var status = BuildKitStatus.Parse(message.Aux.GetBytesFromBase64());
        foreach (var vertex in status.Vertexes)
        {
            Begin(vertex);
        }

        foreach (var written in status.Logs)
        {
            if (steps.TryGetValue(written.Vertex, out var step))
            {
                last = step;
                step.Write(written.Text, line => log.Report($"#{step.Number} {line}"));
            }
        }

        foreach (var vertex in status.Vertexes)
        {
            End(vertex);
        }
    }

    private void Begin(BuildKitVertex vertex)
    {
        if (vertex.Started is not null && !steps.ContainsKey(vertex.Digest))
        {
            steps[vertex.Digest] = new Step(steps.Count + 1);
            log.Report($"#{steps.Count} {vertex.Name}");
        }
    }

    private void End(BuildKitVertex vertex)
    {
        if (vertex.Completed is not { } completed || !steps.TryGetValue(vertex.Digest, out var step) || step.Ended)
        {
            return;
        }

        step.Ended = true;
        step.Finish(line => log.Report($"#{step.Number} {line}"));
        if (vertex.Error.Length > 0)
        {
            failed ??= step;
        }

        var outcome = vertex switch
        {
            { Error.Length: > 0 } => $"ERROR: {vertex.Error}",
            { IsCached: true } => "CACHED",
            _ => string.Create(CultureInfo.InvariantCulture, $"done {(completed - vertex.Started!.Value).TotalSeconds:0.0}s"),
        };
        log.Report($"#{step.Number} {outcome}");
    }

    private sealed class Step(int number)
    {
        private string unfinished = "";

        public int Number => number;

        public LastLines Lines { get; } = new();

        public bool Ended { get; set; }

        public void Write(string text, Action<string> show)
        {
            var lines = (unfinished + text).Split('\n');
            unfinished = lines[^1];
            foreach (var line in lines[..^1])
            {
                Add(line, show);
            }
        }

        public void Finish(Action<string> show)
        {
            if (unfinished.Length > 0)
            {
                Add(unfinished, show);
                unfinished = "";
            }
        }

        private void Add(string line, Action<string> show)
        {
            // What a progress bar wrote over is not shown.
            var shown = line.TrimEnd('\r').Split('\r')[^1];
            Lines.Add(shown);
            show(shown);
        }
    }
}

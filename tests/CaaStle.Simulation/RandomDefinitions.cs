using CaaStle.Simulation.Graph;

namespace CaaStle.Simulation;

/// <summary>Draws definitions of environments and applications, and what they become when somebody edits them.</summary>
internal sealed class RandomDefinitions(Random random)
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f", "g", "h"];

    /// <param name="Engine">Of the environment's store: another one begins with no data.</param>
    /// <param name="Base">The version of what everything in the environment stands on.</param>
    public sealed record EnvironmentDraft(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphNode> Store, int Engine, int Base)
    {
        public string ToYaml() => $"""
            environment:
              app_deployment:
                target: graph
                type: graph
                nodes: "{GraphNode.WriteAll(Nodes)}"
                base: "{Base}"
            {(Store.Count == 0 ? "" : $"""
              resources:
                graph:
                  - resource:
                      type: store
                      configuration:
                        nodes: "{GraphNode.WriteAll(Store)}"
                        engine: "{Engine}"
            """)}
            """;
    }

    public EnvironmentDraft Environment() => new(Graph(5, ofApplication: false), random.Next(3) == 0 ? [] : Graph(3, ofApplication: false), 1, 1);

    public EnvironmentDraft Edit(EnvironmentDraft draft) => new(
        Edit(draft.Nodes, ofApplication: false),
        Edit(draft.Store, ofApplication: false),
        draft.Engine + (random.Next(4) == 0 ? 1 : 0),
        draft.Base);

    public IReadOnlyList<GraphNode> Application() => Graph(5, ofApplication: true);

    public IReadOnlyList<GraphNode> EditApplication(IReadOnlyList<GraphNode> nodes) => Edit(nodes, ofApplication: true);

    public static string ToYaml(IReadOnlyList<GraphNode> application) => $"""
        app:
          image: image
          container_port: 80
          env:
            GRAPH: "{GraphNode.WriteAll(application)}"
        """;

    private List<GraphNode> Graph(int most, bool ofApplication)
    {
        var nodes = new List<GraphNode>();
        var count = random.Next(1, most + 1);
        for (var index = 0; index < count; index++)
        {
            nodes.Add(Node(Names[index], nodes, ofApplication));
        }

        return nodes;
    }

    private List<GraphNode> Edit(IReadOnlyList<GraphNode> nodes, bool ofApplication)
    {
        var edited = new List<GraphNode>();
        foreach (var node in nodes)
        {
            var isNeeded = nodes.Any(other => other.After.Contains(node.Name));
            if (!isNeeded && random.Next(6) == 0)
            {
                continue;
            }

            edited.Add(random.Next(10) switch
            {
                0 => node with { Content = Names[random.Next(Names.Length)] },
                1 or 2 => node with { Version = $"{random.Next(3)}" },
                3 => node with { Fails = Fails(), Version = $"{random.Next(3)}" },
                4 when !ofApplication => node with { After = After(edited) },
                _ => node,
            });
        }

        if (nodes.Count < Names.Length && random.Next(3) == 0)
        {
            var name = Names.First(name => nodes.All(node => node.Name != name));
            edited.Add(Node(name, edited, ofApplication));
        }

        return edited;
    }

    private GraphNode Node(string name, IReadOnlyList<GraphNode> before, bool ofApplication)
    {
        var isEach = ofApplication && random.Next(3) == 0;
        return new(
            name,
            After(before),
            Ready(),
            Fails(),
            "1",
            "a",
            IsData: !ofApplication && random.Next(5) == 0,
            IsBeside: random.Next(3) == 0,
            IsOwn: ofApplication && !isEach && random.Next(2) == 0,
            isEach);
    }

    /// <summary>What revisions share can come after what is their own, as a route does, but the other way round would be no revision.</summary>
    private List<string> After(IReadOnlyList<GraphNode> before) =>
        [.. before.Where(_ => random.Next(3) == 0).Select(node => node.Name)];

    private double Ready() => random.Next(4) switch
    {
        0 => 0,
        1 => random.Next(1, 60),
        2 => random.Next(60, 900),
        _ => random.Next(1, 4) * 1200,
    };

    private double? Fails() => random.Next(14) == 0 ? random.Next(1, 1200) : null;
}

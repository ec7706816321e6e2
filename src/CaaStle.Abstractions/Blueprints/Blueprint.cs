namespace CaaStle.Abstractions;

/// <summary>A value that the subject offers to others once the nodes that it is computed from are ready.</summary>
/// <param name="Part">The part that offers it, such as <c>mysql.orders</c>; empty for the subject itself.</param>
public sealed record BlueprintOutput(string Part, string Name, IReadOnlyList<Node> Dependencies, Func<NodeValues, Value> Evaluate);

/// <summary>
/// What a subject consists of: a graph of keyed cloud objects in which an object's specification is computed from the values of those
/// that it depends on. Acyclic by construction, since a node can depend only on nodes that exist. Making one touches no cloud and is
/// repeatable: the same request gives the same blueprint.
/// </summary>
public sealed class Blueprint
{
    private readonly Graph graph;
    private readonly string part;

    public Blueprint() : this(new Graph(), "") { }

    private Blueprint(Graph graph, string part) => (this.graph, this.part) = (graph, part);

    /// <summary>All nodes, each after those that it depends on.</summary>
    public IReadOnlyList<Node> Nodes => graph.Nodes;

    public IReadOnlyList<BlueprintOutput> Outputs => graph.Outputs;

    /// <summary>The objects of an environment on which its applications stand.</summary>
    public IReadOnlyList<Node> Carriers => graph.Carriers;

    /// <summary>The same graph, seen with keys and outputs under a part's name.</summary>
    public Blueprint Part(string name) => new(graph, part.Length == 0 ? name : $"{part}/{name}");

    public Node<TState> Add<TState>(string key, ICloudObjectSpec<TState> spec, params Node[] after) => Add(key, after, _ => spec);

    public Node<TState> Add<T1, TState>(string key, Node<T1> first, Func<T1, ICloudObjectSpec<TState>> spec, params Node[] after) =>
        Add(key, [first, .. after], values => spec(values.Of(first)));

    public Node<TState> Add<T1, T2, TState>(
        string key, Node<T1> first, Node<T2> second, Func<T1, T2, ICloudObjectSpec<TState>> spec, params Node[] after) =>
        Add(key, [first, second, .. after], values => spec(values.Of(first), values.Of(second)));

    public Node<TState> Add<T1, T2, T3, TState>(
        string key, Node<T1> first, Node<T2> second, Node<T3> third, Func<T1, T2, T3, ICloudObjectSpec<TState>> spec, params Node[] after) =>
        Add(key, [first, second, third, .. after], values => spec(values.Of(first), values.Of(second), values.Of(third)));

    public Node<TState> Add<TState>(string key, IReadOnlyList<Node> dependencies, Func<NodeValues, ICloudObjectSpec<TState>> spec)
    {
        var node = new ObjectNode<TState>(Qualify(key), [.. dependencies], spec);
        graph.Add(node);
        return node;
    }

    /// <summary>An object that several parts need: whoever asks first adds it, under the bare key; the others get the same node.</summary>
    public Node<TState> Share<TState>(string key, Func<ICloudObjectSpec<TState>> spec, params Node[] after)
    {
        if (graph.Find(key) is { } existing)
        {
            return (Node<TState>)existing;
        }

        var once = new Lazy<ICloudObjectSpec<TState>>(spec);
        var node = new ObjectNode<TState>(key, after, _ => once.Value);
        graph.Add(node);
        return node;
    }

    /// <inheritdoc cref="Share{TState}(string, Func{ICloudObjectSpec{TState}}, Node[])"/>
    public Node<TState> Share<TState>(string key, IReadOnlyList<Node> dependencies, Func<NodeValues, ICloudObjectSpec<TState>> spec)
    {
        if (graph.Find(key) is { } existing)
        {
            return (Node<TState>)existing;
        }

        var node = new ObjectNode<TState>(key, [.. dependencies], spec);
        graph.Add(node);
        return node;
    }

    /// <summary>
    /// Applications stand on these objects, which therefore cannot be replaced under them: an update that would do it is refused as long as
    /// there are applications.
    /// </summary>
    public void CarryApplications(params Node[] carriers) => graph.Carriers.AddRange(carriers);

    /// <summary>A password of letters and digits, drawn once and remembered by the journal.</summary>
    public Node<Secret> Password(string key, int length = 24)
    {
        var node = new GeneratedNode(Qualify(key), length);
        graph.Add(node);
        return node;
    }

    public void Output(string name, Value value) => Output(name, [], _ => value);

    public void Output<T1>(string name, Node<T1> first, Func<T1, Value> value) => Output(name, [first], values => value(values.Of(first)));

    public void Output<T1, T2>(string name, Node<T1> first, Node<T2> second, Func<T1, T2, Value> value) =>
        Output(name, [first, second], values => value(values.Of(first), values.Of(second)));

    public void Output(string name, IReadOnlyList<Node> dependencies, Func<NodeValues, Value> value) =>
        graph.Outputs.Add(new(part, name, dependencies, value));

    private string Qualify(string key) => part.Length == 0 ? key : $"{part}/{key}";

    private sealed class Graph
    {
        private readonly Dictionary<string, Node> byKey = [];

        public List<Node> Nodes { get; } = [];

        public List<BlueprintOutput> Outputs { get; } = [];

        public List<Node> Carriers { get; } = [];

        public Node? Find(string key) => byKey.GetValueOrDefault(key);

        public void Add(Node node)
        {
            if (!byKey.TryAdd(node.Key, node))
            {
                throw new ArgumentException($"The blueprint has two nodes named '{node.Key}'.", nameof(node));
            }

            Nodes.Add(node);
        }
    }
}

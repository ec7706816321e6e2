using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;

namespace CaaStle.Simulation.Graph;

/// <param name="Needs">Names of the objects that must be there, and cannot be deleted, before this one.</param>
public sealed record GraphSpec(string Identity, IReadOnlyList<string> Needs, double Ready, double? Fails, string Version, string Content, bool HoldsData)
    : ICloudObjectSpec<GraphState>;

public sealed record GraphState(string Name);

/// <summary>A cloud on which environments and applications are any graph that their definitions write down.</summary>
/// <param name="readsAtOnce">How many objects one call can read.</param>
public sealed class GraphCloud(SimulatedWorld world, TimeProvider clock, int readsAtOnce) : ICloud, IMarkedObjects
{
    public string Name => "graph";

    public IReadOnlyList<ICoeType> Coes { get; } = [new GraphCoe()];

    public IReadOnlyList<IResourceType> Resources { get; } = [new GraphResource()];

    public IReadOnlyList<IRegistryType> Registries => [];

    public IReadOnlyList<ICloudObjectHandler> Handlers { get; } = [new GraphHandler(world, clock, readsAtOnce)];

    public Task<IReadOnlyList<string>> FindObstaclesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public async Task<IReadOnlyList<MarkedObject>> FindMarkedAsync(string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string> { [Marks.InstallationLabel] = installation };
        if (subjectId is not null)
        {
            labels[Marks.SubjectIdLabel] = subjectId;
        }

        var found = await world.FindAsync(labels, cancellationToken);
        return [.. found.Select(item => new MarkedObject(
            GraphHandler.TheKind, item.Name, item.Labels[Marks.SubjectLabel], item.Labels[Marks.SubjectIdLabel], item.Labels[Marks.KeyLabel]))];
    }

    public ICloudObjectSpec SpecOf(MarkedObject found) => new GraphSpec(found.Name, [], 0, null, "", "", HoldsData: false);
}

internal sealed class GraphHandler(SimulatedWorld world, TimeProvider clock, int readsAtOnce) : CloudObjectHandler<GraphSpec, GraphState>, IReadsMany
{
    public const string TheKind = "graph/object";

    public override string Kind => TheKind;

    public override TimeSpan SettlesWithin => world.Timing.Visibility + world.Timing.CallLatency;

    public override bool CanChange(GraphSpec from, GraphSpec to) =>
        (from.Version, from.HoldsData, from.Fails) == (to.Version, to.HoldsData, to.Fails);

    public int MostAtOnce => readsAtOnce;

    public override async Task<Observation<GraphState>> ReadAsync(GraphSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        Judge(spec, call, await world.DescribeAsync(spec.Identity, cancellationToken));

    public async Task<IReadOnlyList<Observation<object>>> ReadManyAsync(IReadOnlyList<ReadRequest> requests, CancellationToken cancellationToken)
    {
        var found = await world.DescribeAsync([.. requests.Select(request => request.Spec.Identity)], cancellationToken);
        return [.. requests.Zip(found, (request, item) => Judge((GraphSpec)request.Spec, request.Call, item).ToUntyped())];
    }

    public override async Task CreateAsync(GraphSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await world.DescribeAsync(spec.Identity, cancellationToken);
        var ready = TimeSpan.FromSeconds(spec.Ready);
        if (found is null)
        {
            TimeSpan? fails = spec.Fails is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
            await world.CreateAsync(
                spec.Identity, call.Marks.ToLabels(), ready, fails, "it was told to fail", spec.Needs, cancellationToken, ContentOf(spec));
        }
        else
        {
            await world.ChangeAsync(spec.Identity, ContentOf(spec), ready, spec.Needs, cancellationToken);
        }
    }

    public override Task DeleteAsync(GraphSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        world.DeleteAsync(spec.Identity, cancellationToken);

    private Observation<GraphState> Judge(GraphSpec spec, ObjectCall call, WorldObject? found)
    {
        var now = clock.GetUtcNow();
        return found switch
        {
            null => Observation.Absent<GraphState>(),
            _ when !call.Marks.Owns(found.Labels) => Observation.Foreign<GraphState>("made by somebody else"),
            { GoneAt: not null } => Observation.InProgress<GraphState>("deleting"),
            _ when found.Content != ContentOf(spec) => Observation.InProgress<GraphState>("to be changed") with { NeedsCreate = true },
            _ when now >= found.FailsAt => Observation.Failed<GraphState>(found.FailureReason, ["the last words of " + found.Name]),
            _ when now < found.ReadyAt => Observation.InProgress<GraphState>("creating"),
            _ => Observation.Ready(new GraphState(found.Name), "available"),
        };
    }

    /// <summary>What is in the cloud when the object is as the record wants it.</summary>
    public static string ContentOf(ObjectRecord record, ObjectSerializer serializer) =>
        ContentOf((GraphSpec)serializer.Deserialize(record.Spec, typeof(GraphSpec)));

    private static string ContentOf(GraphSpec spec) => $"{spec.Version} {spec.Content} {string.Join(',', spec.Needs)}";
}

internal sealed class GraphCoe : ICoeType
{
    private const string Nodes = "nodes";
    private const string BaseVersion = "base";

    /// <summary>What every resource of the environment needs.</summary>
    public const string Base = "base";

    public TypeDescriptor Descriptor { get; } = new(
        "graph", "Any graph.", [
            new(Nodes, OptionType.Text, "The nodes.") { Default = "" },
            new(BaseVersion, OptionType.Text, "The base's version, which cannot be changed in place.") { Default = "1" },
        ],
        [new("Base", "The name of the base.")]);

    public void Plan(CoeRequest request, Blueprint plan)
    {
        var first = ShareBase(request.Scope, plan, request.Options.Text(BaseVersion));
        plan.CarryApplications(first);
        GraphBlueprint.Add(plan, GraphNode.ParseAll(request.Options.Text(Nodes)), request.Scope, "", request.IsStopped ? "stopped" : "", first);
        plan.Output("Base", first, state => state.Name);
    }

    public static Node<GraphState> ShareBase(Scope environment, Blueprint plan, string version = "1") =>
        plan.Share(Base, () => new GraphSpec(environment.ObjectName(Base), [], 5, null, version, "a", HoldsData: false));

    /// <summary>The nodes are in the variable GRAPH.</summary>
    public void PlanApplication(ApplicationRequest request, Blueprint plan)
    {
        var nodes = GraphNode.ParseAll(request.ExposedContainer.Variables["GRAPH"].Reveal());
        var environment = request.EnvironmentOutputs["Base"].Reveal();
        var added = new Dictionary<string, IReadOnlyList<Node<GraphState>>>();
        foreach (var node in nodes)
        {
            var before = node.After.SelectMany(name => added[name]).ToList();
            var copies = node.IsEach ? Enumerable.Range(1, request.Replicas).Select(replica => $"-{replica}") : [""];
            added[node.Name] = [.. copies.Select(copy =>
            {
                var own = node.IsOwn || node.IsEach;
                var key = own ? $"{request.RevisionKey}/{node.Name}{copy}" : node.Name;
                var name = request.Scope.ObjectName(own ? $"{node.Name}{copy}-{request.RevisionKey}" : node.Name);
                return plan.Add(key, before, values => new GraphSpec(
                    name,
                    before.Count == 0 ? [environment] : [.. before.Select(other => values.Of(other).Name)],
                    node.Ready,
                    node.Fails,
                    own ? "1" : node.Version,
                    node.Content,
                    node.IsData));
            })];
        }

        plan.Output("Url", "graph://" + request.Scope.Name);
        plan.Output("Image", request.ExposedContainer.Image);
    }

    public void PlanJob(JobRequest request, Blueprint plan) => plan.Add(
        $"run-{request.Id}/job",
        new GraphSpec(
            request.Application.Scope.ObjectName($"run-{request.Id}"),
            [request.Application.EnvironmentOutputs["Base"].Reveal()],
            10,
            request.Command[0] == "bad" ? 5 : null,
            "1",
            "job",
            HoldsData: false));
}

internal sealed class GraphResource : IResourceType
{
    public TypeDescriptor Descriptor { get; } = new(
        "store",
        "Any graph, on the environment's base.",
        [
            new("configuration.nodes", OptionType.Text, "The nodes."),
            new("configuration.engine", OptionType.Text, "Another engine begins with no data.") { Default = "1", OnChange = ChangeEffect.LosesData },
        ],
        [new("Password", "Drawn.", Secret: true)]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var suffix = request.Generation == 1 ? "" : $"-g{request.Generation}";
        var password = plan.Password("password");
        GraphBlueprint.Add(
            plan,
            GraphNode.ParseAll(request.Options.Text("configuration.nodes")),
            request.Environment,
            $"{request.Name}-",
            request.IsStopped ? "stopped" : "",
            GraphCoe.ShareBase(request.Environment, plan),
            suffix);
        plan.Output("Password", password, secret => secret);
    }
}

internal static class GraphBlueprint
{
    /// <param name="prefix">Of the names in the cloud.</param>
    /// <param name="mode">Changes the content of all that hold no data.</param>
    /// <param name="first">What nodes need that need no other.</param>
    /// <param name="generation">Stands in the names of what holds data.</param>
    public static void Add(
        Blueprint plan, IReadOnlyList<GraphNode> nodes, Scope scope, string prefix, string mode, Node<GraphState> first, string generation = "")
    {
        var added = new Dictionary<string, Node<GraphState>>();
        foreach (var node in nodes)
        {
            List<Node<GraphState>> before = node.After.Count == 0 ? [first] : [.. node.After.Select(name => added[name])];
            var name = scope.ObjectName(
                $"{prefix}{node.Name}{(node.IsData ? generation : "")}{(node.IsBeside && !node.IsData ? $"-v{node.Version}" : "")}");
            added[node.Name] = plan.Add(node.Name, before, values => new GraphSpec(
                name,
                [.. before.Select(other => values.Of(other).Name)],
                node.Ready,
                node.Fails,
                node.IsData ? "1" : node.Version,
                node.IsData ? "data" : node.Content + mode,
                node.IsData));
        }
    }
}

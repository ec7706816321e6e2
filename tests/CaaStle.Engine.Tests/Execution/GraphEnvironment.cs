using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Simulation;
using CaaStle.Simulation.Graph;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>An environment whose objects a test says one by one.</summary>
/// <param name="visibility">For so long reads may not show what was made.</param>
internal sealed class GraphEnvironment(TimeSpan visibility)
{
    private const string Name = "east";

    public SimulatedHost Host { get; } = new(
        new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(30), visibility), (world, time) => new GraphCloud(world, time, readsAtOnce: 1))
    {
        Time = { MostEvents = 100_000 },
    };

    public IReadOnlyList<string> Objects => [.. Host.World.Objects.Select(item => item.Name).Order(StringComparer.Ordinal)];

    public static GraphNode Node(string name, string version, bool isBeside, params IReadOnlyList<string> after) => new(
        name, after, Ready: 1, Fails: null, version, "a", IsData: false, IsBeside: isBeside, IsOwn: false, IsEach: false);

    public static UpdateEnvironment Update(bool keep, params IReadOnlyList<GraphNode> nodes) => new(Name, Definition(nodes), "", Name, keep, "tester");

    public async Task CreateAsync(params IReadOnlyList<GraphNode> nodes)
    {
        var accepted = await Host.Service.CreateEnvironmentAsync(new(Name, Definition(nodes), "", KeepOnFailure: false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await Host.EndOfAsync(accepted.Id)).State);
    }

    public async Task<Operation> UpdateAsync(bool keep, params IReadOnlyList<GraphNode> nodes) =>
        await Host.EndOfAsync((await Host.Service.UpdateEnvironmentAsync(Update(keep, nodes), default)).Id);

    private static string Definition(IEnumerable<GraphNode> nodes) => $"""
        environment:
          app_deployment:
            target: graph
            type: graph
            base: "1"
            nodes: "{GraphNode.WriteAll(nodes)}"
        """;
}

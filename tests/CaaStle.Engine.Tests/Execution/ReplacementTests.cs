using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Simulation;
using CaaStle.Simulation.Graph;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>Objects that are made beside those that they replace, and objects that have to go before their successors are made.</summary>
public sealed class ReplacementTests
{
    private readonly SimulatedHost host = new(
        new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(30), TimeSpan.Zero), (world, time) => new GraphCloud(world, time, readsAtOnce: 1))
    {
        Time = { MostEvents = 100_000 },
    };

    [Fact]
    public void Going_back_after_a_failure_that_was_kept_takes_what_was_there_before() => host.Run(async () =>
    {
        await CreateAsync(Node("a", "1", isBeside: true));
        var before = Names();

        Assert.Equal(OperationState.Kept, (await UpdateAsync(keep: true, Node("a", "2", isBeside: true) with { Fails = 0.5 })).State);
        Assert.Equal(before.Count + 1, Names().Count);
        var plan = await host.Service.PlanUpdateAsync(Update(keep: false, Node("a", "1", isBeside: true)), default);

        Assert.Equal(["a#2"], plan.Where(change => change.Change == ChangeKind.Delete).Select(change => change.Key));
        Assert.All(plan.Where(change => change.Key != "a#2"), change => Assert.Equal(ChangeKind.Keep, change.Change));
        Assert.Equal(OperationState.Succeeded, (await UpdateAsync(keep: false, Node("a", "1", isBeside: true))).State);
        Assert.Equal(before, Names());
    });

    [Fact]
    public void What_another_stands_for_already_goes_before_what_it_needed_is_replaced() => host.Run(async () =>
    {
        await CreateAsync(First, Node("a", "1", isBeside: false, "first"), Node("b", "1", isBeside: true, "a"));

        var updated = await UpdateAsync(keep: false, First, Node("a", "2", isBeside: false, "first"), Node("b", "2", isBeside: true));

        Assert.Equal(OperationState.Succeeded, updated.State);
        Assert.Equal(4, Names().Count);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void What_holds_data_and_is_in_the_way_ends_the_update() => host.Run(async () =>
    {
        await CreateAsync(First, Node("a", "1", isBeside: false, "first"), Node("b", "1", isBeside: true, "a") with { IsData = true });
        var before = Names();

        var updated = await UpdateAsync(keep: false, First, Node("a", "2", isBeside: false, "first"), Node("b", "1", isBeside: true));

        Assert.Equal(OperationState.RolledBack, updated.State);
        Assert.Contains("holds data", updated.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(before, Names());
    });

    /// <summary>What is after it begins later than what is not.</summary>
    private static GraphNode First => Node("first", "1", isBeside: false);

    private static GraphNode Node(string name, string version, bool isBeside, params IReadOnlyList<string> after) => new(
        name, after, Ready: 1, Fails: null, version, "a", IsData: false, IsBeside: isBeside, IsOwn: false, IsEach: false);

    private static string Definition(IEnumerable<GraphNode> nodes) => $"""
        environment:
          app_deployment:
            target: graph
            type: graph
            base: "1"
            nodes: "{GraphNode.WriteAll(nodes)}"
        """;

    private static UpdateEnvironment Update(bool keep, params IReadOnlyList<GraphNode> nodes) => new("east", Definition(nodes), "", "east", keep, "tester");

    private List<string> Names() => [.. host.World.Objects.Select(item => item.Name).Order(StringComparer.Ordinal)];

    private async Task CreateAsync(params IReadOnlyList<GraphNode> nodes)
    {
        var accepted = await host.Service.CreateEnvironmentAsync(new("east", Definition(nodes), "", KeepOnFailure: false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(accepted.Id)).State);
    }

    private async Task<Operation> UpdateAsync(bool keep, params IReadOnlyList<GraphNode> nodes) =>
        await host.EndOfAsync((await host.Service.UpdateEnvironmentAsync(Update(keep, nodes), default)).Id);
}

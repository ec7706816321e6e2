using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Simulation;
using CaaStle.Simulation.Graph;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>What an update that failed has left beside what was there before, because the user wanted it kept.</summary>
public sealed class KeptWreckTests
{
    private readonly SimulatedHost host = new(
        new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(30), TimeSpan.Zero), (world, time) => new GraphCloud(world, time, readsAtOnce: 1));

    [Fact]
    public void Going_back_to_what_was_there_before_takes_that_and_removes_the_rest() => host.Run(async () =>
    {
        var created = await host.Service.CreateEnvironmentAsync(new("east", Definition(version: "1"), "", KeepOnFailure: false, "tester"), default);
        await host.EndOfAsync(created.Id);
        var before = Names();

        Assert.Equal(OperationState.Kept, (await UpdateAsync(Definition(version: "2", fails: 0.5), keep: true)).State);
        Assert.Equal(before.Count + 1, Names().Count);
        var preview = await host.Service.PlanUpdateAsync(new("east", Definition(version: "1"), "", "east", KeepOnFailure: false, "tester"), default);

        Assert.All(preview, change => Assert.Equal(ChangeKind.Keep, change.Change));
        Assert.Equal(OperationState.Succeeded, (await UpdateAsync(Definition(version: "1"), keep: false)).State);
        Assert.Equal(before, Names());
    });

    private static string Definition(string version, double? fails = null) => $"""
        environment:
          app_deployment:
            target: graph
            type: graph
            base: "1"
            nodes: "{GraphNode.WriteAll([new("a", [], Ready: 1, fails, version, "a", IsData: false, IsBeside: true, IsOwn: false, IsEach: false)])}"
        """;

    private List<string> Names() => [.. host.World.Objects.Select(item => item.Name).Order(StringComparer.Ordinal)];

    private async Task<Operation> UpdateAsync(string definition, bool keep) =>
        await host.EndOfAsync((await host.Service.UpdateEnvironmentAsync(new("east", definition, "", "east", keep, "tester"), default)).Id);
}

using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Simulation.Graph;
using static CaaStle.Engine.Tests.Execution.GraphEnvironment;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>Objects that are made beside those that they replace, and objects that have to go before their successors are made.</summary>
public sealed class ReplacementTests
{
    private readonly GraphEnvironment environment = new(visibility: TimeSpan.Zero);

    [Fact]
    public void Going_back_after_a_failure_that_was_kept_takes_what_was_there_before() => environment.Host.Run(async () =>
    {
        await environment.CreateAsync(Node("a", "1", isBeside: true));
        var before = environment.Objects;

        Assert.Equal(OperationState.Kept, (await environment.UpdateAsync(keep: true, Node("a", "2", isBeside: true) with { Fails = 0.5 })).State);
        Assert.Equal(before.Count + 1, environment.Objects.Count);
        var plan = await environment.Host.Service.PlanUpdateAsync(Update(keep: false, Node("a", "1", isBeside: true)), default);

        Assert.Equal(["a#2"], plan.Where(change => change.Change == ChangeKind.Delete).Select(change => change.Key));
        Assert.All(plan.Where(change => change.Key != "a#2"), change => Assert.Equal(ChangeKind.Keep, change.Change));
        Assert.Equal(OperationState.Succeeded, (await environment.UpdateAsync(keep: false, Node("a", "1", isBeside: true))).State);
        Assert.Equal(before, environment.Objects);
    });

    [Fact]
    public void What_another_stands_for_already_goes_before_what_it_needed_is_replaced() => environment.Host.Run(async () =>
    {
        await environment.CreateAsync(First, Node("a", "1", isBeside: false, "first"), Node("b", "1", isBeside: true, "a"));

        var updated = await environment.UpdateAsync(keep: false, First, Node("a", "2", isBeside: false, "first"), Node("b", "2", isBeside: true));

        Assert.Equal(OperationState.Succeeded, updated.State);
        Assert.Equal(4, environment.Objects.Count);
        await Samples.AssertCloudIsWhatTheRecordSays(environment.Host);
    });

    [Fact]
    public void What_holds_data_and_is_in_the_way_ends_the_update() => environment.Host.Run(async () =>
    {
        await environment.CreateAsync(First, Node("a", "1", isBeside: false, "first"), Node("b", "1", isBeside: true, "a") with { IsData = true });
        var before = environment.Objects;

        var updated = await environment.UpdateAsync(keep: false, First, Node("a", "2", isBeside: false, "first"), Node("b", "1", isBeside: true));

        Assert.Equal(OperationState.RolledBack, updated.State);
        Assert.Contains("holds data", updated.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(before, environment.Objects);
    });

    /// <summary>What is after it begins later than what is not.</summary>
    private static GraphNode First => Node("first", "1", isBeside: false);
}

using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Simulation.Graph;
using static CaaStle.Engine.Tests.Execution.GraphEnvironment;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>What was made a moment ago is there, although reads do not show it yet.</summary>
public sealed class LaggingReadTests
{
    private readonly GraphEnvironment environment = new(visibility: TimeSpan.FromSeconds(15));

    [Fact]
    public void What_a_kept_failure_has_made_goes_before_its_successor_is_made() => environment.Host.Run(async () =>
    {
        await environment.CreateAsync();
        await KeepFailureAsync(Node("a", "1", isBeside: false));

        Assert.Equal(OperationState.Succeeded, (await environment.UpdateAsync(keep: false, Node("a", "2", isBeside: false))).State);

        Assert.Equal(
            [WorldCallKind.Create, WorldCallKind.Delete, WorldCallKind.Create],
            environment.Host.Faults.Calls.Where(call => call.Name.Contains("-a-", StringComparison.Ordinal) && call.Kind != WorldCallKind.Describe).Select(call => call.Kind));
        await Samples.AssertCloudIsWhatTheRecordSays(environment.Host);
    });

    [Fact]
    public void What_a_kept_failure_has_made_again_is_deleted() => environment.Host.Run(async () =>
    {
        await environment.CreateAsync(Node("a", "1", isBeside: false));
        await Task.Delay(TimeSpan.FromMinutes(1), environment.Host.Time);
        environment.Host.World.Remove(environment.Objects.Single(name => name.Contains("-a-", StringComparison.Ordinal)));
        await Task.Delay(TimeSpan.FromMinutes(1), environment.Host.Time);
        await KeepFailureAsync(Node("a", "1", isBeside: false));

        Assert.Equal(OperationState.Succeeded, (await environment.Host.DeleteAsync(SubjectKey.Environment("east"))).State);

        Assert.Empty(environment.Objects);
    });

    [Fact]
    public void What_a_kept_failure_has_made_is_not_forgotten() => environment.Host.Run(async () =>
    {
        await environment.CreateAsync(Node("gone", "1", isBeside: false));
        await Task.Delay(TimeSpan.FromMinutes(1), environment.Host.Time);
        environment.Host.World.Remove(environment.Objects.Single(name => name.Contains("-gone-", StringComparison.Ordinal)));
        await Task.Delay(TimeSpan.FromMinutes(1), environment.Host.Time);
        await KeepFailureAsync(Node("a", "1", isBeside: false));

        var accepted = await environment.Host.Service.AcceptDriftAsync(new("east", "tester"), default);

        Assert.Equal(OperationState.Succeeded, (await environment.Host.EndOfAsync(accepted.Id)).State);
        Assert.Contains(
            await environment.Host.Store.ListObjectsAsync(accepted.SubjectId, default), item => item.Key == "a");
    });

    /// <summary>Ends when the node has been asked for and another that is asked for beside it is refused.</summary>
    private async Task KeepFailureAsync(GraphNode node)
    {
        environment.Host.Faults.Refuse(WorldCallKind.Create, "refused", "no more of these");
        var kept = await environment.UpdateAsync(keep: true, node, Node("refused", "1", isBeside: false));
        Assert.Equal(OperationState.Kept, kept.State);
        Assert.Contains(environment.Objects, name => name.Contains("-a-", StringComparison.Ordinal));
    }
}

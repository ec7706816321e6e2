using CaaStle.Engine.Journal;
using CaaStle.Simulation;

namespace CaaStle.Clouds.Simulated.Tests;

/// <summary>What a definition tells the cloud to do, and what comes of it.</summary>
public sealed class BehaviourTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void The_states_on_the_way_are_told_one_after_the_other() => Run("ready_after: 60, states: [creating, backing-up]", operation =>
    {
        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal(["creating", "backing-up"], Entries<ObjectProgressed>(operation).Where(entry => entry.Key == "database/instance").Select(entry => entry.Word));
    });

    [Theory]
    [InlineData("ready_after: 60, fails_after: 30, failure: insufficient capacity", "insufficient capacity")]
    [InlineData("refused: beyond your quota", "beyond your quota")]
    public void A_creation_that_fails_is_undone_and_says_why(string configuration, string reason) => Run(configuration, operation =>
    {
        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Contains(reason, operation.Failure!.Message);
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void A_name_that_is_taken_ends_the_creation() => Run("taken: true", operation =>
    {
        Assert.Equal((OperationState.RolledBack, Failure.NameTaken), (operation.State, operation.Failure!.Code));
        Assert.Empty(host.World.Objects);
    });

    [Theory]
    [InlineData("throttled: 3, retry_after: 20", 60)]
    [InlineData("errors: 4", 1)]
    [InlineData("lost_answers: 1", 0)]
    public void What_passes_is_waited_for(string configuration, int leastSeconds) => Run(configuration, operation =>
    {
        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.InRange(operation.EndedAt!.Value - operation.RequestedAt, TimeSpan.FromSeconds(leastSeconds), TimeSpan.FromSeconds(leastSeconds + 30));
        Assert.Single(host.World.Objects, item => item.Labels[Abstractions.Marks.KeyLabel] == "database/instance");
    });

    [Fact]
    public void A_deletion_takes_as_long_as_it_is_told_to() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Yaml("deletion_takes: 900"));
        var begun = host.Time.GetUtcNow();

        await host.DeleteAsync(SubjectKey.Environment("orders"));

        Assert.InRange(host.Time.GetUtcNow() - begun, TimeSpan.FromSeconds(900), TimeSpan.FromSeconds(1000));
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void What_vanishes_is_gone_without_anybody_asking() => host.Run(async () =>
    {
        await host.CreateEnvironmentAsync(Yaml("vanishes_after: 600"));
        Assert.Equal(3, host.World.Objects.Count);

        await Task.Delay(TimeSpan.FromSeconds(600), host.Time);

        Assert.Equal(2, host.World.Objects.Count);
    });

    private void Run(string configuration, Action<Operation> check) => host.Run(async () => check(await host.CreateEnvironmentAsync(Yaml(configuration))));

    private IEnumerable<TEntry> Entries<TEntry>(Operation operation) => host.JournalAsync(operation.Id).Result.OfType<TEntry>();

    private static string Yaml(string configuration) => $$"""
        environment:
          app_deployment:
            target: simulated
          resources:
            simulated:
              - resource:
                  type: database
                  configuration: { {{configuration}} }
        """;
}

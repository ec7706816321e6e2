using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>Thousands of lives of an installation, each drawn from a seed.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void No_seed_finds_a_violation()
    {
        var summary = SimulationBatch.Run(from: 1, seeds: 4000);

        Assert.True(
            summary.Failed.Count == 0,
            string.Join('\n', summary.Failed.Select(failed => $"Seed {failed.Seed}: {failed.Violation}"))
            + "\nTo see what happens: dotnet run --project tests/CaaStle.Simulation -- --replay SEED");
        Assert.True(summary.Crashes > 2000, $"There were only {summary.Crashes} crashes.");
    }

    [Theory]
    [InlineData(16)]
    [InlineData(690)]
    [InlineData(1028)]
    [InlineData(5041)]
    [InlineData(5099)]
    [InlineData(24004)]
    [InlineData(25600)]
    [InlineData(204118)]
    [InlineData(212146)]
    [InlineData(444091)]
    [InlineData(2177447)]
    public void A_seed_that_has_found_something_finds_nothing_any_more(int seed) => Assert.Null(new SimulationRun(seed).Run().Violation);

    [Fact]
    public void The_same_seed_gives_the_same_run_to_the_letter()
    {
        foreach (var seed in Enumerable.Range(1, 20))
        {
            Assert.Equal(new SimulationRun(seed, withTrace: true).Run().Trace, new SimulationRun(seed, withTrace: true).Run().Trace);
        }
    }
}

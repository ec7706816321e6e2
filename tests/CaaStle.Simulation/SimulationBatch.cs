namespace CaaStle.Simulation;

/// <param name="Failed">Some of those that failed, by seed.</param>
public sealed record SimulationSummary(
    int Runs, long Operations, long Steps, long Crashes, TimeSpan Simulated, IReadOnlyList<SimulationOutcome> Failed);

/// <summary>Many seeds on all processors, each on one thread.</summary>
public static class SimulationBatch
{
    private const int MostFailures = 20;

    /// <returns>A violation that some seed found; null when none did.</returns>
    public static string? FindViolation(int from, int seeds)
    {
        string? found = null;
        Parallel.For(from, from + seeds, (seed, loop) =>
        {
            if (new SimulationRun(seed).Run().Violation is { } violation)
            {
                found = $"seed {seed}: {violation}";
                loop.Stop();
            }
        });
        return found;
    }

    /// <summary>Stops early when many have failed.</summary>
    /// <param name="ended">Called after each seed, one at a time, with how many have run.</param>
    /// <param name="enough">Begins no more seeds.</param>
    public static SimulationSummary Run(
        int from, int seeds, Action<SimulationOutcome, int>? ended = null, CancellationToken enough = default)
    {
        var gate = new Lock();
        var failed = new List<SimulationOutcome>();
        var (runs, operations, steps, crashes, simulated) = (0, 0L, 0L, 0L, TimeSpan.Zero);
        Parallel.For(from, from + seeds, (seed, loop) =>
        {
            if (enough.IsCancellationRequested)
            {
                loop.Stop();
                return;
            }

            var outcome = new SimulationRun(seed).Run();
            lock (gate)
            {
                (runs, operations, steps) = (runs + 1, operations + outcome.Operations, steps + outcome.Steps);
                (crashes, simulated) = (crashes + outcome.Crashes, simulated + outcome.Simulated);
                ended?.Invoke(outcome, runs);
                if (outcome.Violation is not null)
                {
                    failed.Add(outcome);
                    if (failed.Count >= MostFailures)
                    {
                        loop.Stop();
                    }
                }
            }
        });
        return new(runs, operations, steps, crashes, simulated, [.. failed.OrderBy(outcome => outcome.Seed)]);
    }
}

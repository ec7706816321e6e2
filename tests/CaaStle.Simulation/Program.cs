using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using CaaStle.Simulation;

// simulate [--seeds N] [--from SEED]     runs N seeds on all processors; exits with 1 when one fails; a signal ends it before
// simulate --replay SEED                 runs one seed and writes what happens

var replay = Value("--replay");
if (replay is { } one)
{
    var outcome = new SimulationRun(one, withTrace: true).Run();
    foreach (var line in outcome.Trace)
    {
        Console.WriteLine(line);
    }

    Console.WriteLine(outcome.Violation is null ? $"Seed {one} is well." : $"Seed {one}: {outcome.Violation}");
    return outcome.Violation is null ? 0 : 1;
}

var (from, seeds) = (Value("--from") ?? 1, Value("--seeds") ?? 10_000);
var started = Stopwatch.GetTimestamp();
using var enough = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
var summary = SimulationBatch.Run(from, seeds, (outcome, runs) =>
{
    if (outcome.Violation is not null)
    {
        Console.Error.WriteLine($"Seed {outcome.Seed}: {outcome.Violation}");
    }

    if (runs % 50_000 == 0)
    {
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{runs} of {seeds} seeds, {runs / Stopwatch.GetElapsedTime(started).TotalSeconds:0} a second"));
    }
}, enough.Token);
var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{summary.Runs} seeds in {seconds:0.0} s ({summary.Runs / seconds:0} a second): {summary.Operations} operations, {summary.Steps} steps, "
    + $"{summary.Crashes} crashes, {summary.Simulated.TotalDays:0} simulated days."));
foreach (var failed in summary.Failed)
{
    Console.WriteLine($"Seed {failed.Seed}: {failed.Violation}");
}

if (summary.Failed.Count > 0)
{
    Console.WriteLine($"To see what happens: dotnet run --project tests/CaaStle.Simulation -- --replay {summary.Failed[0].Seed}");
}

return summary.Failed.Count == 0 ? 0 : 1;

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    enough.Cancel();
}

int? Value(string option) => Array.IndexOf(args, option) is var at and >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : null;

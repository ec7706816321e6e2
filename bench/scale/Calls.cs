using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Simulation;

namespace CaaStle.Scale;

/// <summary>How often a cloud is asked, under virtual time.</summary>
internal static class Calls
{
    public static void Measure()
    {
        foreach (var environments in (int[])[1, 10, 100, 1000])
        {
            var (alone, together) = (ReadsPerMinute(environments, 1), ReadsPerMinute(environments, 100));
            Console.WriteLine($"{environments,5} environments: {alone,8:0.00} reads for each environment and minute alone, {together,8:0.00} together");
        }
    }

    private static double ReadsPerMinute(int environments, int readsAtOnce)
    {
        var timing = new WorldTiming(TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(30), TimeSpan.Zero);
        var host = new SimulatedHost(timing, (world, _) => new SimulatedCloud(world, readsAtOnce));
        var reads = 0;
        host.AfterCall = call =>
        {
            reads += call.IsChange ? 0 : 1;
            return null;
        };
        host.Run(async () =>
        {
            var begun = new List<Operation>();
            for (var number = 0; number < environments; number++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), host.Time);
                begun.Add(await host.Service.CreateEnvironmentAsync(new($"env-{number}", Run.Definition(10), "", false, "bench"), default));
            }

            foreach (var operation in begun)
            {
                await host.EndOfAsync(operation.Id);
            }
        });
        return reads / (environments * (host.Time.GetUtcNow() - VirtualTime.Begin).TotalMinutes);
    }
}

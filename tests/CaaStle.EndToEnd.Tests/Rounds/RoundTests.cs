using System.Globalization;
using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests.Rounds;

/// <summary>
/// Rounds of random commands while the server is killed, or its disk is full, or its clock jumps. <c>ROUNDS</c> says how many and <c>SEED</c>
/// from which seed; what happens when is not drawn alone, so that a seed gives the same commands, but not the same moments.
/// </summary>
public sealed class RoundTests(ITestOutputHelper output)
{
    /// <summary>The stores that the server can be configured with, by the variables that choose them.</summary>
    public static TheoryData<string, Dictionary<string, string>> Stores => new() { { "SQLite", [] } };

    private static int Rounds => Variable("ROUNDS") ?? 20;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Whenever_the_server_is_killed_the_cloud_holds_what_is_said(string store, Dictionary<string, string> settings)
    {
        output.WriteLine(store);
        await RunAsync(Rounds, settings, (installation, random) => async () =>
        {
            for (var kills = random.Next(3); kills > 0; kills--)
            {
                await Task.Delay(random.Next(700));
                installation.KillServer();
            }
        });
    }

    private async Task RunAsync(
        int rounds, Dictionary<string, string> settings, Func<Installation, Random, Func<Task>> disturb, params int[] mayEnd)
    {
        var seed = Variable("SEED") ?? Random.Shared.Next(1_000_000);
        using var world = await ServedWorld.StartAsync(seed);
        await using var installation = new Installation();
        foreach (var (name, value) in settings)
            installation.Settings[name] = value;
        installation.Settings["CLD_CLOUDS__SIMULATED__WORLD"] = world.Address;
        installation.Settings["CLD_CLOUDS__SIMULATED__VISIBILITYSECONDS"] = "0.05";
        var run = new RoundRun(installation, world, new Random(seed), disturb(installation, new Random(seed + 1)));
        try
        {
            await run.RunAsync(rounds, mayEnd);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"SEED={seed}: {exception.Message}", exception);
        }
        finally
        {
            output.WriteLine($"SEED={seed}: {string.Join(", ", run.Outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"))}");
        }
    }

    private static int? Variable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
}

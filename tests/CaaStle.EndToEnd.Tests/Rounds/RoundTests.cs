using System.Globalization;
using CaaStle.EndToEnd.Tests.Support;
using CaaStle.Storage.Tests.Postgres;

namespace CaaStle.EndToEnd.Tests.Rounds;

/// <summary>
/// Rounds of random commands while the server is killed, or its disk is full, or its clock jumps. The variable <c>ROUNDS</c> says how many,
/// and <c>SEED</c> from which seed: it gives the same commands, at much the same moments.
/// </summary>
public sealed class RoundTests(ITestOutputHelper output)
{
    private const int Failed = 1;
    private const int Unreachable = 9;

    [Fact]
    public async Task The_cloud_holds_what_is_said_whenever_the_server_is_killed()
    {
        await using var installation = new Installation();
        await RunAsync(installation, 12, [], random => KillAsync(installation, random));
    }

    [Fact]
    public async Task The_cloud_holds_what_is_said_whenever_the_server_is_killed_whose_state_is_in_PostgreSQL()
    {
        await using var cluster = new PostgresCluster();
        await cluster.InitializeAsync();
        await using var installation = new Installation();
        var settings = new Dictionary<string, string> { ["CLD_STORE"] = await cluster.CreateAsync() };
        await RunAsync(installation, 6, settings, random => KillAsync(installation, random));
    }

    [Fact]
    public async Task The_cloud_holds_what_is_said_whenever_the_disk_is_full()
    {
        await using var installation = new Installation();
        await using var disk = await SmallDisk.MountAsync(installation);
        await RunAsync(
            installation,
            5,
            [],
            async random =>
            {
                await Task.Delay(random.Next(700));
                disk.Fill();
                await KillAsync(installation, random);
                await Task.Delay(random.Next(700));
                disk.Free();
            },
            // What cannot be written down is refused, and a server that can write nothing does not start.
            Failed,
            Unreachable);
    }

    [Fact]
    public async Task The_cloud_holds_what_is_said_whenever_the_clock_jumps()
    {
        var library = Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", SearchOption.AllDirectories).FirstOrDefault();
        Assert.SkipWhen(library is null, "There is no libfaketime (Debian package libfaketime), which lets a process's clock jump.");
        await using var installation = new Installation();
        var clock = installation.Write("clock", "+0");
        var settings = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME_TIMESTAMP_FILE"] = clock,
            ["FAKETIME_CACHE_DURATION"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["FAKETIME_DISABLE_SHM"] = "1",
        };
        try
        {
            await RunAsync(installation, 3, settings, async random =>
            {
                await KillAsync(installation, random);
                var jump = TimeSpan.FromMinutes(random.Next(-3000, 3000));
                installation.Write("clock", string.Create(CultureInfo.InvariantCulture, $"{jump.TotalSeconds:+0;-0}"));
            });
        }
        finally
        {
            // What the library leaves of processes that were killed.
            foreach (var file in Directory.EnumerateFiles("/dev/shm", "*faketime_*"))
            {
                if (!Directory.Exists($"/proc/{file[(file.LastIndexOf('_') + 1)..]}"))
                    File.Delete(file);
            }
        }
    }

    private static async Task KillAsync(Installation installation, Random random)
    {
        for (var kills = random.Next(3); kills > 0; kills--)
        {
            await Task.Delay(random.Next(700));
            installation.KillServer();
        }
    }

    private async Task RunAsync(
        Installation installation, int rounds, Dictionary<string, string> settings, Func<Random, Task> disturb, params int[] mayEnd)
    {
        var seed = Variable("SEED") ?? Random.Shared.Next(1_000_000);
        using var world = await ServedWorld.StartAsync(seed);
        foreach (var (name, value) in settings)
            installation.Settings[name] = value;
        installation.Settings["CLD_CLOUDS__SIMULATED__WORLD"] = world.Address;
        installation.Settings["CLD_CLOUDS__SIMULATED__VISIBILITYSECONDS"] = "0.05";
        var moments = new Random(seed + 1);
        var run = new RoundRun(installation, world, new Random(seed), () => disturb(moments));
        try
        {
            await run.RunAsync(Variable("ROUNDS") ?? rounds, mayEnd);
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

using System.Globalization;
using System.Net.Http.Json;
using CaaStle.EndToEnd.Tests.Support;
using CaaStle.World;

namespace CaaStle.EndToEnd.Tests.Rounds;

/// <summary>A simulated cloud in a process of its own, which remembers everything that ever was in it.</summary>
internal sealed class ServedWorld : IDisposable
{
    private readonly RunningProcess process;
    private readonly HttpClient http = new();

    private ServedWorld(int seed) => process = new(
        Path.Combine(AppContext.BaseDirectory, "CaaStle.World"), [seed.ToString(CultureInfo.InvariantCulture)], new Dictionary<string, string>());

    public string Address { get; private set; } = "";

    /// <param name="seed">Of what goes wrong with calls.</param>
    public static async Task<ServedWorld> StartAsync(int seed)
    {
        const string said = "The world is at ";
        var world = new ServedWorld(seed);
        await world.process.UntilWrittenAsync(said);
        world.Address = world.process.Output.Trim()[said.Length..];
        return world;
    }

    public async Task<IReadOnlyList<WorldLife>> ReadHistoryAsync() =>
        (await http.GetFromJsonAsync<IReadOnlyList<WorldLife>>($"{Address}history"))!;

    public void Dispose()
    {
        http.Dispose();
        process.Dispose();
    }
}

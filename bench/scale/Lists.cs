using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CaaStle.Api;

namespace CaaStle.Scale;

/// <summary>How long a running server takes to list what there is.</summary>
internal static class Lists
{
    private const int Times = 1000;

    /// <param name="home">Of the server.</param>
    public static async Task MeasureAsync(string home)
    {
        using var running = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(home, "server.json")));
        var address = new Uri(running.RootElement.GetProperty("url").GetString()!);
        using var client = new CaaStleClient(address, (await File.ReadAllTextAsync(Path.Combine(home, "token"))).Trim());
        var names = (await client.ListEnvironmentsAsync(ListPart.All, null, default)).Select(environment => environment.Name).ToList();
        Console.WriteLine($"{names.Count} environments");
        await TellAsync("nothing: after the last name", new(After: names[^1], Limit: 100), Times);
        await TellAsync("the first hundred", new(Limit: 100), Times);
        await TellAsync("a hundred in the middle", new(After: names[names.Count / 2], Limit: 100), Times);
        await TellAsync("a hundred by name", new(Name: "*7*", Limit: 100), Times);
        await TellAsync("the one whose name ends so", new(Name: $"*{names[^2][^4..]}", Limit: 100), Times);
        await TellAsync("those being created: none", new(Status: "creating", Limit: 100), Times);
        await TellAsync("all", ListPart.All, Times / 20);

        async Task TellAsync(string what, ListPart part, int times)
        {
            var took = new List<double>();
            var count = 0;
            for (var time = -times / 10; time < times; time++)
            {
                var begun = Stopwatch.GetTimestamp();
                count = (await client.ListEnvironmentsAsync(part, null, default)).Count;
                if (time >= 0)
                {
                    took.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                }
            }

            took.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what,-32} {count,6} shown, {took[took.Count / 2],8:0.00} ms median, {took[(int)(took.Count * 0.99)],8:0.00} ms p99"));
        }
    }
}

using System.Text.Json;
using CaaStle.Api;
using CaaStle.EndToEnd.Tests.Support;
using CaaStle.World;

namespace CaaStle.EndToEnd.Tests.Rounds;

/// <summary>Asks <c>cld env show</c> again and again, and holds what it was told against what there was.</summary>
internal sealed class Watcher(Installation installation, string environment)
{
    private readonly List<Sight> sights = [];

    public int Count => sights.Count;

    public async Task WatchAsync(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var from = TimeProvider.System.GetUtcNow();
            var result = await installation.CldAsync("env", "show", environment, "-o", "json");
            var to = TimeProvider.System.GetUtcNow();
            if (result.ExitCode is 0 or 4)
                sights.Add(new(from, to, result.ExitCode == 0 ? JsonSerializer.Deserialize(result.Output, ApiJson.Default.EnvironmentDetail)! : null));
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>What is said to be ready was there at some time since it was asked for; and where nothing is said to be, nothing was.</summary>
    public void AssertTrue(IReadOnlyList<WorldLife> history)
    {
        foreach (var sight in sights)
        {
            foreach (var item in sight.Shown?.Objects.Where(item => item is { Status: "ready" } && item.Kind.StartsWith("simulated/", StringComparison.Ordinal)) ?? [])
            {
                Assert.True(
                    history.Any(life => life.Name == item.Identity && life.From <= sight.To && !(life.To < sight.From)),
                    $"{item.Identity} was said to be ready between {sight.From:O} and {sight.To:O}, and was not there.");
            }

            if (sight.Shown is null)
            {
                var there = history.FirstOrDefault(life =>
                    life.Labels.Values.Contains($"environment/{environment}") && life.From <= sight.From && !(life.To <= sight.To));
                Assert.True(there is null, $"There was said to be no {environment} between {sight.From:O} and {sight.To:O}, and {there?.Name} was there.");
            }
        }

        sights.Clear();
    }

    /// <param name="Shown">Null for an environment that is not there.</param>
    private sealed record Sight(DateTimeOffset From, DateTimeOffset To, EnvironmentDetail? Shown);
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CaaStle.Api;
using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests.Rounds;

/// <summary>
/// The published server, driven by cld, while something happens to it again and again, against a cloud that another process serves. After
/// each round every operation has ended in one of its three ways, and the cloud holds what cld says.
/// </summary>
internal sealed class RoundRun(Installation installation, ServedWorld world, Random random, Func<Task> disturb)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly RandomCommands[] users =
    [
        new(installation, random, $"orders-{installation.Word}", $"shop-{installation.Word}"),
        new(installation, random, $"users-{installation.Word}", $"portal-{installation.Word}"),
    ];

    /// <summary>What ended how often.</summary>
    public SortedDictionary<string, int> Outcomes { get; } = [];

    /// <param name="mayEnd">With which exit codes a command may end whose operation did neither succeed nor roll back.</param>
    public async Task RunAsync(int rounds, params int[] mayEnd)
    {
        var (environments, applications) = (new HashSet<string>(), new HashSet<string>());
        var watcher = new Watcher(installation, users[0].Environment);
        for (var round = 1; round <= rounds; round++)
        {
            using var over = new CancellationTokenSource();
            var watching = watcher.WatchAsync(over.Token);
            var disturbing = disturb();
            var commands = users
                .Select(user => user.Next(environments.Contains(user.Environment), applications.Contains(user.Application)))
                .ToList();
            Result[] results;
            try
            {
                results = await Task.WhenAll(commands.Select(words => installation.CldAsync([.. words, "--yes", "--progress", "json"])));
            }
            finally
            {
                // Whoever asks later would start a server again.
                await disturbing;
                await over.CancelAsync();
                await watching;
            }

            await UntilAllEndedAsync();
            foreach (var (words, result) in commands.Zip(results))
                await CheckAsync(string.Join(' ', words), result, mayEnd);
            (environments, applications) = await CompareAsync();
            Count("shown", watcher.Count);
            watcher.AssertTrue(await world.ReadHistoryAsync());
        }

        foreach (var environment in environments)
            await installation.DoAsync("env", "delete", environment, "--force", "--yes");
        var (left, _) = await CompareAsync();
        Assert.Empty(left);
    }

    private async Task UntilAllEndedAsync()
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            var active = await AskAsync(ApiJson.Default.IReadOnlyListOperationView, "op", "list", "--active");
            if (active.Count == 0)
                break;
            Assert.True(
                Stopwatch.GetElapsedTime(started) < Limit,
                $"Never ends: {string.Join(", ", active.Select(operation => $"{operation.Id} {operation.State}"))}");
        }

        Assert.All(
            await AskAsync(ApiJson.Default.IReadOnlyListOperationView, "op", "list"),
            operation => Assert.Contains(operation.State, (string[])["succeeded", "rolled-back", "kept"]));
    }

    /// <summary>How a command says that its operation has ended is how it has ended.</summary>
    private async Task CheckAsync(string words, Result result, int[] mayEnd)
    {
        Count(string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}"), 1);
        // A server that was killed while it started has done nothing.
        if (mayEnd.Contains(result.ExitCode) || (result.ExitCode == 9 && result.Error.Contains("ended as soon as it was started")))
            return;
        Assert.True(result.ExitCode is 0 or 7, $"cld {words}: {result}");
        using var summary = JsonDocument.Parse(result.Output.TrimEnd().Split('\n')[^1]);
        var operation = await AskAsync(
            ApiJson.Default.OperationView, "op", "show", summary.RootElement.GetProperty("operation").GetString()!);
        Assert.True(operation.State == (result.ExitCode == 0 ? "succeeded" : "rolled-back"), $"cld {words} ({operation.State}): {result}");
        Count($"{operation.Action} {operation.State}", 1);
    }

    /// <summary>The cloud has each object that cld shows, once, and no other.</summary>
    private async Task<(HashSet<string> Environments, HashSet<string> Applications)> CompareAsync()
    {
        var environments = await AskAsync(ApiJson.Default.IReadOnlyListEnvironmentSummary, "env", "list");
        var applications = await AskAsync(ApiJson.Default.IReadOnlyListApplicationSummary, "app", "list");
        var shown = new List<ObjectView>();
        foreach (var environment in environments)
            shown.AddRange((await AskAsync(ApiJson.Default.EnvironmentDetail, "env", "show", environment.Name)).Objects);
        foreach (var application in applications)
            shown.AddRange((await AskAsync(ApiJson.Default.ApplicationDetail, "app", "show", application.Name)).Objects);

        Assert.All(environments, environment => Assert.Equal("available", environment.Status));
        Assert.All(applications, application => Assert.Equal("available", application.Status));
        Assert.All(shown, item => Assert.Equal("ready", item.Status));
        var now = TimeProvider.System.GetUtcNow();
        var said = shown.Where(item => item.Kind.StartsWith("simulated/", StringComparison.Ordinal)).Select(item => item.Identity).Order().ToList();
        var there = (await world.ReadHistoryAsync()).Where(life => !(life.To <= now)).Select(life => life.Name).Order().ToList();
        Assert.True(
            said.SequenceEqual(there),
            $"In the cloud, but not said to be: {string.Join(", ", there.Except(said))}; said to be, but not there: {string.Join(", ", said.Except(there))}.");
        Count("objects", shown.Count);
        return ([.. environments.Select(environment => environment.Name)], [.. applications.Select(application => application.Name)]);
    }

    private async Task<T> AskAsync<T>(System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, params string[] words) =>
        JsonSerializer.Deserialize((await installation.DoAsync([.. words, "-o", "json"])).Output, type)!;

    private void Count(string what, int times) => Outcomes[what] = Outcomes.GetValueOrDefault(what) + times;
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CaaStle.Api;

namespace CaaStle.EndToEnd.Tests.Support;

/// <summary>A home of its own with the published client and server, and names that nobody else has. Leaves nothing behind.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("caastle-e2e-");
    private readonly List<RunningProcess> servers = [];
    private string? label;

    public Installation() => Directory.CreateDirectory(Work);

    /// <summary>Part of every name.</summary>
    public string Word { get; } = string.Concat(Random.Shared.GetItems<char>("bcdfghjkmnpqrstvwxz", 7));

    public string Environment => $"orders-{Word}";

    public string Application => $"shop-{Word}";

    public string Container => $"web-{Word}";

    public string Home => Path.Combine(root.FullName, "home");

    public string Work => Path.Combine(root.FullName, "work");

    public string ServerLog => Path.Combine(Home, "logs", "server.log");

    public Dictionary<string, string> Settings { get; } = [];

    public DockerEngine Docker { get; init; } = DockerEngine.Machine;

    /// <summary>A command line before each program's own, which runs it somewhere else.</summary>
    public IReadOnlyList<string> Within { get; init; } = [];

    private Dictionary<string, string> Variables => new(Settings) { ["CLD_HOME"] = Home, ["CLD_PORT"] = "0", ["NO_COLOR"] = "1" };

    public string Write(string file, string text)
    {
        var path = Path.Combine(Work, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs cld to its end; it starts a server when none runs.</summary>
    public async Task<Result> CldAsync(params string[] words)
    {
        using var process = Start(words);
        return await process.WaitAsync();
    }

    /// <summary>Runs cld, which must succeed.</summary>
    public async Task<Result> DoAsync(params string[] words) => await ExpectAsync(0, words);

    /// <summary>Runs cld, which must end with the exit code.</summary>
    public async Task<Result> ExpectAsync(int exitCode, params string[] words)
    {
        var result = await CldAsync(words);
        Assert.True(
            result.ExitCode == exitCode,
            $"cld {string.Join(' ', words)}: expected exit code {exitCode}, got {result}{await TellServerAsync()}");
        return result;
    }

    /// <summary>Until all is as it was made. What is not ready yet may become so; nothing may differ.</summary>
    public async Task UntilNoDriftAsync()
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(200))
        {
            var drift = await CldAsync("env", "drift", Environment);
            if (drift.ExitCode == 0)
                return;
            Assert.True(drift.ExitCode == 1 && Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1), drift.ToString());
        }
    }

    public RunningProcess Start(params string[] words)
    {
        string[] line = [.. Within, Repository.Client, .. words];
        return new(line[0], line[1..], Variables, Work);
    }

    public async Task<EnvironmentDetail> ShowEnvironmentAsync(bool reveal = false) =>
        JsonSerializer.Deserialize(await ShowAsync("env", Environment, reveal), ApiJson.Default.EnvironmentDetail)!;

    public async Task<ApplicationDetail> ShowApplicationAsync(string? name = null) =>
        JsonSerializer.Deserialize(await ShowAsync("app", name ?? Application, reveal: false), ApiJson.Default.ApplicationDetail)!;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<OperationView>> ListOperationsAsync(string subject) =>
        JsonSerializer.Deserialize(
            (await DoAsync("op", "list", "--subject", subject, "-o", "json")).Output, ApiJson.Default.IReadOnlyListOperationView)!;

    /// <summary>What Docker has of this installation, by its label or by its names.</summary>
    public async Task<IReadOnlyList<DockerObject>> FindInDockerAsync()
    {
        var all = await Docker.ListAsync();
        label ??= all.FirstOrDefault(item => item.Has(Word))?.Installation;
        return [.. all.Where(item => item.Has(Word) || (label is not null && item.Installation == label))];
    }

    /// <summary>Docker has exactly what the record says, so many of each kind, each once.</summary>
    public async Task AssertDockerHasAsync(int networks, int volumes, int containers, params IReadOnlyList<ObjectView>[] records)
    {
        var found = await FindInDockerAsync();
        Assert.Equal(
            // A route is what the entry's container is configured with.
            records.SelectMany(record => record).Where(item => item.Kind != "docker/route").Select(item => $"{item.Kind} {item.Identity}").Order(),
            found.Select(item => $"{item.Kind} {item.Name}").Order());
        Assert.Equal(
            (networks, volumes, containers),
            (found.Count(item => item.Kind == "docker/network"), found.Count(item => item.Kind == "docker/volume"),
                found.Count(item => item.Kind == "docker/container")));
        Assert.All(found, item => Assert.NotNull(item.Subject));
    }

    public async Task AssertNothingIsLeftAsync() => Assert.Empty(await FindInDockerAsync());

    /// <summary>Starts the server as this process's child, and returns when it is ready.</summary>
    /// <param name="crashAt">See <c>CLD_CRASH_AT</c>.</param>
    public async Task<RunningProcess> StartServerAsync(int? crashAt = null)
    {
        var variables = Variables;
        if (crashAt is { } append)
            variables["CLD_CRASH_AT"] = append.ToString(CultureInfo.InvariantCulture);
        var server = new RunningProcess(Repository.Server, [], variables);
        servers.Add(server);
        await server.UntilWrittenAsync("is ready at");
        return server;
    }

    /// <summary>Ends whichever server runs on the home.</summary>
    public async Task StopServerAsync(string signal = "TERM")
    {
        if (FindServer() is not { } id)
            return;
        using var kill = Process.Start("kill", [$"-{signal}", id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        for (var started = Stopwatch.GetTimestamp(); HomeIsHeld(); await Task.Delay(10))
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "The server does not end.");
    }

    /// <summary>As by <c>kill -9</c>, if one runs, and without waiting.</summary>
    public void KillServer()
    {
        try
        {
            if (FindServer() is { } id)
                Process.GetProcessById(id).Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended just now.
        }
    }

    public async Task<string> ApplicationUrlAsync() =>
        (await ShowApplicationAsync()).Outputs.Single(output => output.Name == "Url").Value;

    /// <summary>The body that an application answers with at its root.</summary>
    public async Task<string> AskApplicationAsync(string path = "")
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        return await http.GetStringAsync($"{await ApplicationUrlAsync()}/{path}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopServerAsync("KILL");
        }
        finally
        {
            foreach (var server in servers)
                server.Dispose();
            foreach (var item in (await FindInDockerAsync()).OrderBy(item => item.Kind == "docker/container" ? 0 : 1))
                await Docker.RemoveAsync(item);
            root.Delete(recursive: true);
        }
    }

    private async Task<string> ShowAsync(string noun, string name, bool reveal) =>
        (await DoAsync([noun, "show", name, "-o", "json", .. (string[])(reveal ? ["--reveal"] : [])])).Output;

    private async Task<string> TellServerAsync() =>
        File.Exists(ServerLog) ? $"\nThe server's log:\n{string.Join('\n', (await File.ReadAllLinesAsync(ServerLog)).TakeLast(20))}" : "";

    /// <returns>The process of the server that runs on the home; null when none does.</returns>
    private int? FindServer()
    {
        try
        {
            var address = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(Home, "server.json")), ApiJson.Default.ServerAddress)!;
            return IsServer(address.ProcessId) ? address.ProcessId : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a server still has its files open; one that was killed has, for a moment.</summary>
    private bool HomeIsHeld()
    {
        try
        {
            using var file = File.Open(Path.Combine(Home, "server.lock"), FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Whether the process runs, and is a server: ids are used again. One that nobody reaps does not run.</summary>
    private static bool IsServer(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains("cld-server");
        }
        catch (IOException)
        {
            return false;
        }
    }
}

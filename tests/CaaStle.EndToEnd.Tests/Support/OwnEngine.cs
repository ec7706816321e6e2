using System.Diagnostics;

namespace CaaStle.EndToEnd.Tests.Support;

/// <summary>
/// A Docker engine of the tests' own that they can stop and kill. Its network, its mounts and its processes are in namespaces of their own,
/// so that this machine's engine knows nothing of it, and all of it is gone with the first process in there, which ends when the tests do.
/// </summary>
internal sealed class OwnEngine : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly Dictionary<string, string> Plain = [];

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("caastle-engine-");
    private readonly RunningProcess first;
    private RunningProcess? engine;
    private string inside = "";

    private OwnEngine()
    {
        Docker = new(new(Host));
        // Whose parent has ended becomes its child, and is not waited for.
        const string script = """$SIG{CHLD} = "IGNORE"; $| = 1; system("ip", "link", "set", "lo", "up"); print "inside\n"; <STDIN>""";
        first = new(
            "unshare", ["--net", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc", "perl", "-e", script], Plain, keepsInput: true);
    }

    public DockerEngine Docker { get; }

    public string Host => $"unix://{root.FullName}/docker.sock";

    /// <summary>Runs a program where the engine's networks are.</summary>
    public IReadOnlyList<string> Within => ["nsenter", "--target", inside, "--net", "--"];

    public static async Task<OwnEngine> StartAsync(params string[] images)
    {
        var needed = await Processes.RunAsync(
            "sh", ["-c", "for each in curl docker dockerd ip nsenter perl; do command -v $each || exit 1; done; unshare --net --pid --mount --fork true"], Plain);
        Assert.SkipUnless(needed.ExitCode == 0, $"A second Docker engine cannot be started here, which needs root and Docker's own: {needed.Error}");
        var own = new OwnEngine();
        try
        {
            await own.first.UntilWrittenAsync("inside");
            own.inside = (await File.ReadAllTextAsync($"/proc/{own.first.Id}/task/{own.first.Id}/children")).Trim();
            await own.StartEngineAsync();
            var load = await Processes.RunAsync("sh", ["-c", """docker save "$@" | docker --host "$0" load""", own.Host, .. images], Plain);
            Assert.True(load.ExitCode == 0, load.ToString());
            return own;
        }
        catch
        {
            await own.DisposeAsync();
            throw;
        }
    }

    public Installation Install() => new() { Docker = Docker, Within = Within, Settings = { ["DOCKER_HOST"] = Host } };

    /// <summary>Returns when it answers.</summary>
    public async Task StartEngineAsync()
    {
        var folder = root.FullName;
        // One that was killed has left it, and its number may be another's now.
        File.Delete($"{folder}/docker.pid");
        engine = Enter(
            "dockerd", "--data-root", $"{folder}/data", "--exec-root", $"{folder}/exec", "--pidfile", $"{folder}/docker.pid", "--host", Host,
            "--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", $"/{root.Name}");
        for (var started = Stopwatch.GetTimestamp(); !await AnswersAsync(); await Task.Delay(100))
            Assert.True(!engine.HasExited && Stopwatch.GetElapsedTime(started) < Limit, $"The engine does not start:\n{engine.Error}");
    }

    public async Task StopEngineAsync(string signal)
    {
        using var kill = Enter("sh", "-c", $"kill -{signal} $(cat {root.FullName}/docker.pid)");
        Assert.Equal(0, (await kill.WaitAsync()).ExitCode);
        await engine!.WaitAsync();
        engine.Dispose();
    }

    /// <returns>What is answered at an address in there; null when nothing is, or no success.</returns>
    public async Task<string?> AskAsync(string url)
    {
        string[] line = [.. Within, "curl", "--silent", "--fail", "--noproxy", "*", "--max-time", "10", url];
        var result = await Processes.RunAsync(line[0], line[1..], Plain);
        return result.ExitCode == 0 ? result.Output : null;
    }

    public async Task UntilAnsweredAsync(string url, string text)
    {
        for (var started = Stopwatch.GetTimestamp(); await AskAsync(url) != text; await Task.Delay(200))
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"{url} does not answer.");
    }

    public async ValueTask DisposeAsync()
    {
        first.Dispose();
        engine?.Dispose();
        // The kernel ends what is in there, one process after the other.
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            try
            {
                if (root.Exists)
                    root.Delete(recursive: true);
                const string groups = "/sys/fs/cgroup";
                foreach (var parent in Directory.GetDirectories(groups).Prepend(groups))
                    RemoveGroup(Path.Combine(parent, root.Name));
                return;
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(started) < Limit)
            {
            }
        }
    }

    private static void RemoveGroup(string group)
    {
        if (!Directory.Exists(group))
            return;
        foreach (var child in Directory.GetDirectories(group))
            RemoveGroup(child);
        Directory.Delete(group);
    }

    private RunningProcess Enter(params string[] line) =>
        new("nsenter", ["--target", inside, "--net", "--pid", "--mount", "--", .. line], Plain);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await Docker.ListAsync();
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

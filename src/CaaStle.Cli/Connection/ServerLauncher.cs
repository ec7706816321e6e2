using System.Diagnostics;
using CaaStle.Api;

namespace CaaStle.Cli.Connection;

/// <summary>Starts the server as a process of its own that outlives this one.</summary>
internal sealed class ServerLauncher(CommandContext context, ServerHome home, Action<string> note)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>How long another server that is starting at the same time may take after ours has given way to it.</summary>
    private static readonly TimeSpan GraceAfterExit = TimeSpan.FromSeconds(2);

    /// <summary>Returns when a server answers, whoever has started it.</summary>
    /// <param name="answers">Whether the server at an address answers.</param>
    public async Task StartAsync(Func<ServerAddress, CancellationToken, Task<bool>> answers, CancellationToken cancellationToken)
    {
        var executable = FindExecutable();
        note("Starting the server…");
        var process = await SpawnAsync(executable, cancellationToken);
        var started = context.Clock.GetTimestamp();
        long? exited = null;
        while (true)
        {
            if (home.ReadAddress() is { } address && await answers(address, cancellationToken))
                return;
            if (exited is null && !IsAlive(process))
                exited = context.Clock.GetTimestamp();
            if (exited is { } at && context.Clock.GetElapsedTime(at) > GraceAfterExit)
                throw NotStarted("The server ended as soon as it was started.");
            if (context.Clock.GetElapsedTime(started) > Patience)
                throw NotStarted($"The server (process {process}) does not answer {Patience.TotalSeconds:0} seconds after its start.");
            await Task.Delay(PollInterval, context.Clock, cancellationToken);
        }
    }

    private string FindExecutable()
    {
        if (context.NonEmptyVariable("CLD_SERVER_EXECUTABLE") is { } chosen)
        {
            return File.Exists(context.FullPath(chosen))
                ? context.FullPath(chosen)
                : throw LocalProblems.Unreachable($"CLD_SERVER_EXECUTABLE names {chosen}, which does not exist.");
        }

        var beside = Path.Combine(context.ProgramDirectory, "server", "cld-server");
        return File.Exists(beside)
            ? beside
            : throw LocalProblems.Unreachable(
                "No server runs, and there is none to start.",
                $"Looked for {beside}.",
                "export CLD_SERVER_EXECUTABLE=/path/to/cld-server",
                "export CLD_SERVER=http://127.0.0.1:5002");
    }

    /// <returns>The server's process id.</returns>
    private async Task<int> SpawnAsync(string executable, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(home.LogFile)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LocalProblems.Unreachable($"The server cannot be started: {home.Path} cannot be written.", e.Message, "export CLD_HOME=DIRECTORY");
        }

        // A shell between, because it alone can give the server a log file and no terminal as its standard streams.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "\"$0\" \"$@\" >>\"$LOG\" 2>&1 </dev/null & echo $!", executable, "--detach" },
            Environment = { ["LOG"] = home.LogFile, ["CLD_HOME"] = home.Path },
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        start.Environment.Remove(Program.AnswersInline);
        using var shell = Process.Start(start) ?? throw LocalProblems.Unreachable("The server cannot be started.");
        return int.TryParse(await shell.StandardOutput.ReadLineAsync(cancellationToken), out var id)
            ? id
            : throw NotStarted("The server cannot be started.");
    }

    private static bool IsAlive(int id)
    {
        try
        {
            // Where nobody reaps orphans, one that has ended stays as a zombie.
            if (OperatingSystem.IsLinux())
                return File.ReadAllText($"/proc/{id}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] != 'Z';
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private ProblemException NotStarted(string title) => LocalProblems.Unreachable(
        title,
        string.Join('\n', [.. home.ReadLogTail(10), $"(from {home.LogFile})"]));
}

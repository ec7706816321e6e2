using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CaaStle.EndToEnd.Tests.Support;

internal sealed record Result(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
}

/// <summary>A process whose output is collected while it runs.</summary>
internal sealed class RunningProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();

    /// <param name="keepsInput">Its input stays open as long as this process lives.</param>
    public RunningProcess(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> variables,
        string? directory = null,
        bool keepsInput = false)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("CLD_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(inherited);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!keepsInput)
            process.StandardInput.Close();
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public string Output => Read(output);

    public string Error => Read(error);

    public async Task<Result> WaitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            var command = $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}";
            throw new TimeoutException($"{command} has not ended after {Limit}.\n{Output}\n{Error}");
        }

        return new(process.ExitCode, Output, Error);
    }

    /// <summary>Waits until the process has written a text; fails if it ends without.</summary>
    public async Task UntilWrittenAsync(string text)
    {
        for (var started = Stopwatch.GetTimestamp(); !Output.Contains(text) && !Error.Contains(text); await Task.Delay(20))
        {
            if (process.HasExited)
                await process.WaitForExitAsync();
            if ((process.HasExited && !Output.Contains(text) && !Error.Contains(text)) || Stopwatch.GetElapsedTime(started) > Limit)
                throw new InvalidOperationException($"Never wrote '{text}':\n{Output}\n{Error}");
        }
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private static void Add(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
                text.Append(line).Append('\n');
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}

internal static class Processes
{
    public static async Task<Result> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        using var process = new RunningProcess(program, arguments, variables);
        return await process.WaitAsync();
    }
}

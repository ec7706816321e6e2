using System.Text;

namespace CaaStle.Cli.Tests.Support;

internal sealed record Result(ExitCode Exit, string Output, string Error);

/// <summary>Runs cld in this process, with a home, a working directory and a terminal of its own.</summary>
internal sealed class Cld : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("cld-tests-");

    public Cld(FakeServer? server = null)
    {
        Directory.CreateDirectory(Home);
        Directory.CreateDirectory(WorkingDirectory);
        if (server is not null)
            WriteAddress(server.Url);
        File.WriteAllText(Path.Combine(Home, "token"), "secret-token\n");
    }

    public string Home => Path.Combine(root.FullName, "home");

    public string WorkingDirectory => Path.Combine(root.FullName, "work");

    public Dictionary<string, string> Variables { get; } = [];

    public TimeProvider Clock { get; set; } = new InstantClock(Make.Now);

    public bool IsTerminal { get; set; }

    public string Input { get; set; } = "";

    /// <summary>What was typed to start it.</summary>
    public string Program { get; init; } = "cld";

    public (int Width, int Height) TerminalSize { get; set; } = (100, 40);

    /// <summary>What Ctrl-C does.</summary>
    public CancellationTokenSource Interruption { get; } = new();

    public void WriteAddress(string url) =>
        File.WriteAllText(Path.Combine(Home, "server.json"), $$"""{"url":"{{url}}","processId":1,"version":"0.1.0"}""");

    public string Write(string file, string text)
    {
        var path = Path.Combine(WorkingDirectory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public CommandContext Context(TextWriter output, TextWriter error) => new()
    {
        Output = output,
        Error = error,
        Input = new StringReader(Input),
        OutputIsTerminal = false,
        ErrorIsTerminal = IsTerminal,
        InputIsTerminal = IsTerminal,
        TerminalSize = () => TerminalSize,
        Variable = name => name == "CLD_HOME" ? Home : Variables.GetValueOrDefault(name),
        Clock = Clock,
        WorkingDirectory = WorkingDirectory,
        UserDirectory = root.FullName,
        Program = Program,
        ProgramDirectory = Path.Combine(root.FullName, "bin"),
    };

    public async Task<Result> RunAsync(params string[] words)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var exit = await CommandLine.RunAsync(words, Context(output, error), Interruption.Token);
        return new(exit, output.ToString(), error.ToString());
    }

    public void Dispose()
    {
        Interruption.Dispose();
        root.Delete(recursive: true);
    }

    /// <summary>Without colours and cursor movements.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\u001b')
            {
                plain.Append(text[i]);
                continue;
            }

            for (i++; i < text.Length && !char.IsAsciiLetter(text[i]); i++)
            {
            }
        }

        return plain.ToString();
    }
}

/// <summary>Whoever waits by it waits hardly at all, but time goes on by as much as was waited for.</summary>
internal sealed class InstantClock(DateTimeOffset start) : TimeProvider
{
    private long ticks = start.UtcTicks;

    /// <summary>Told whenever somebody begins to wait.</summary>
    public Action Waiting { get; init; } = () => { };

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waiting();
        var real = TimeSpan.FromMilliseconds(1);
        return System.CreateTimer(
            Fire,
            state,
            dueTime == Timeout.InfiniteTimeSpan ? dueTime : real,
            period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : real * 5);

        void Fire(object? value)
        {
            Interlocked.Add(ref ticks, (dueTime > TimeSpan.Zero ? dueTime : TimeSpan.Zero).Ticks);
            callback(value);
        }
    }
}

/// <summary>Time that never runs out.</summary>
internal sealed class PatientClock : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}

namespace CaaStle.Cli;

/// <summary>All that a command uses of the process and the machine besides the file system and the server.</summary>
internal sealed record CommandContext
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader Input { get; init; }

    /// <summary>Reads a line from the terminal without showing it; null where there is no terminal.</summary>
    public Func<string>? ReadHidden { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public bool InputIsTerminal { get; init; }

    /// <summary>Columns and lines of the terminal.</summary>
    public Func<(int Width, int Height)> TerminalSize { get; init; } = () => (120, 40);

    /// <summary>The environment variable of a name; null when there is none.</summary>
    public required Func<string, string?> Variable { get; init; }

    public required TimeProvider Clock { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Where <c>.cld</c> is, unless <c>CLD_HOME</c> says otherwise.</summary>
    public required string UserDirectory { get; init; }

    /// <summary>What was typed to start this program: <c>cld</c>, or a path to it. Suggested commands begin with it.</summary>
    public string Program { get; init; } = "cld";

    /// <summary>Where this program is.</summary>
    public required string ProgramDirectory { get; init; }

    public string Home => NonEmptyVariable("CLD_HOME") is { } home ? Path.GetFullPath(home, WorkingDirectory) : Path.Combine(UserDirectory, ".cld");

    public string? NonEmptyVariable(string name) => Variable(name) is { Length: > 0 } value ? value : null;

    public string FullPath(string path) => Path.GetFullPath(path, WorkingDirectory);

    public static CommandContext OfProcess() => new()
    {
        // Opened directly: Console.Out would load the terminal's description first.
        Output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true },
        Error = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true },
        Input = new StreamReader(Console.OpenStandardInput()),
        ReadHidden = Console.IsInputRedirected ? null : ReadLineHidden,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        InputIsTerminal = !Console.IsInputRedirected,
        TerminalSize = () => (Math.Max(Console.WindowWidth, 40), Math.Max(Console.WindowHeight, 10)),
        Variable = System.Environment.GetEnvironmentVariable,
        Clock = TimeProvider.System,
        WorkingDirectory = Directory.GetCurrentDirectory(),
        UserDirectory = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile),
        Program = System.Environment.GetCommandLineArgs() is [var typed, ..] && typed.Contains('/') && !typed.EndsWith(".dll", StringComparison.Ordinal) ? typed : "cld",
        ProgramDirectory = Path.GetDirectoryName(System.Environment.ProcessPath) ?? AppContext.BaseDirectory,
    };

    private static string ReadLineHidden()
    {
        var line = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is var pressed && pressed.Key != ConsoleKey.Enter)
        {
            if (pressed.Key == ConsoleKey.Backspace)
                line.Length = Math.Max(0, line.Length - 1);
            else if (!char.IsControl(pressed.KeyChar))
                line.Append(pressed.KeyChar);
        }

        Console.Error.WriteLine();
        return line.ToString();
    }
}

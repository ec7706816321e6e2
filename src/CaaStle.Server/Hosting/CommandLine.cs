namespace CaaStle.Server.Hosting;

/// <param name="Detach">Leave the terminal's session.</param>
/// <param name="Settings">Settings given on the command line.</param>
internal sealed record CommandLine(string? Home, bool Detach, IReadOnlyDictionary<string, string?> Settings)
{
    public const string Usage = """
        Usage: cld-server [--home DIR] [--port N] [--detach]

        Serves cld on this machine. cld starts it when it is needed.

          --home DIR   where everything is kept (default: CLD_HOME, else ~/.cld)
          --port N     listen on this port of the loopback interface, 0 for any (default: 5002, or any when that is taken)
          --detach     leave the terminal's session
          --version    print the version
          --help       print this

        Settings are read from settings.json in the home and from the environment: CLD_PORT, CLD_LOGLEVEL, CLD_MAXCONTEXTBYTES,
        CLD_STORE, CLD_KEYS, CLD_CLOUDS__NAME__SETTING.
        """;

    /// <summary>Throws <see cref="FormatException"/> with what is wrong.</summary>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine(null, Detach: false, new Dictionary<string, string?>());
        for (var index = 0; index < arguments.Count; index++)
        {
            line = arguments[index] switch
            {
                "--home" => line with { Home = Value(ref index) },
                "--port" => line with { Settings = new Dictionary<string, string?> { [nameof(ServerSettings.Port)] = Value(ref index) } },
                "--detach" => line with { Detach = true },
                var other => throw new FormatException($"cld-server does not understand '{other}'."),
            };
        }

        return line;

        string Value(ref int index) =>
            ++index < arguments.Count ? arguments[index] : throw new FormatException($"{arguments[index - 1]} needs a value.");
    }
}

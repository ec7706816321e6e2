namespace CaaStle.Engine.Definitions;

/// <summary>What may stand in an application file.</summary>
internal static class ApplicationGrammar
{
    public const string RootKey = "app";
    public const int DefaultMemoryMegabytes = 250;

    private const int MaximumPort = 65535;
    private const string VolumeNamePattern = "[a-z][a-z0-9-]{0,39}";
    private const string AbsolutePathPattern = "/[^:\\s]*";

    /// <summary>How long an application may take to pass its first health check.</summary>
    public static readonly TimeSpan DefaultStartPeriod = TimeSpan.FromMinutes(2);

    /// <summary>How long what is taken out of service may go on with requests under way.</summary>
    public static readonly TimeSpan DefaultDrain = TimeSpan.FromSeconds(30);

    public static readonly IntegerShape Memory =
        new(6, 1024 * 1024, "MB", new Dictionary<char, long> { ['M'] = 1, ['G'] = 1024, ['m'] = 1, ['g'] = 1024 });

    public static readonly IntegerShape StartPeriod =
        new(1, 24 * 3600, "seconds", new Dictionary<char, long> { ['s'] = 1, ['m'] = 60, ['h'] = 3600 });

    public static readonly IntegerShape Port = new(1, MaximumPort);

    public static readonly IntegerShape Cpu = new(2, 256 * 1024);

    private static readonly TextShape HealthPath = new(AbsolutePathPattern, "a path that begins with /");

    private static readonly Shape Volume = new VariantShape(
        "name:/path",
        new TextShape($"{VolumeNamePattern}:/[^:\\s]+", "name:/path, a volume's name (lower-case letters, digits, -) and where it is mounted"),
        new ObjectShape(
            new ShapeKey(
                "name", new TextShape(VolumeNamePattern, "lower-case letters, digits and -"), "The volume's name, of the application's own.", Required: true),
            new ShapeKey("path", new TextShape("/[^:\\s]+", "a path that begins with /"), "Where the container sees it.", Required: true)));

    private static readonly Shape Health = new VariantShape(
        "a path that begins with /, or a mapping with path, tcp, start_period",
        HealthPath,
        new ObjectShape(
            new ShapeKey("path", HealthPath, "Must answer with a status below 400."),
            new ShapeKey("tcp", new BooleanShape(), "Be content with a connection."),
            new ShapeKey("start_period", StartPeriod, "Seconds, or 90s, 2m: how long a starting application may fail the check.", Default: "2m")));

    public static readonly ObjectShape Root = new(new ShapeKey(RootKey, new ObjectShape(
        new ShapeKey("image", new TextShape("\\S+", "an image reference or the name of a container"), "Image reference, or a container's name.", Required: true),
        new ShapeKey("container_port", Port, "The port that the application listens on.", Required: true),
        new ShapeKey("host_port", Port, "The port that it is reached at; any free one when not given."),
        new ShapeKey(
            "env",
            new MapShape(new TextShape("[A-Za-z_][A-Za-z0-9_.-]*", "letters, digits and _, no digit first")),
            "Environment variables; $CAASTLE_<TYPE>_<Attribute> anywhere in a value is bound to a resource."),
        new ShapeKey("memory", Memory, "Hard limit in MB, or 512M, 1G.", Default: $"{DefaultMemoryMegabytes}"),
        new ShapeKey("cpu", Cpu, "Shares of processor time, 1024 for one core; no limit when not given."),
        new ShapeKey(
            "command",
            new VariantShape("a list of texts, or one text as for a shell", new TextShape(), new ListShape(new TextShape())),
            "Instead of the image's own command."),
        new ShapeKey("volumes", new ListShape(Volume), "What is kept when the container is replaced."),
        new ShapeKey("health", Health, "When the application counts as running; a TCP connection when not given.")), "What is to run.", Required: true));
}

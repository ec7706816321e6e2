using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <summary>What may stand in an application file.</summary>
internal static class ApplicationGrammar
{
    public const string RootKey = "app";
    public const string ContainersKey = "containers";
    public const int DefaultMemoryMegabytes = 250;

    private const int MaximumPort = 65535;
    private const string AbsolutePathPattern = "/[^:\\s]*";

    /// <summary>How long an application may take to pass its first health check.</summary>
    public static readonly TimeSpan DefaultStartPeriod = TimeSpan.FromMinutes(2);

    /// <summary>How long what is taken out of service may go on with requests under way.</summary>
    public static readonly TimeSpan DefaultDrain = TimeSpan.FromSeconds(30);

    public static readonly IntegerShape Memory =
        new(6, 1024 * 1024, "MB", new Dictionary<char, long> { ['M'] = 1, ['G'] = 1024, ['m'] = 1, ['g'] = 1024 });

    public static readonly IntegerShape StartPeriod = Seconds(1, 24 * 3600);

    public static readonly IntegerShape Drain = Seconds(0, 3600);

    public static readonly IntegerShape Port = new(1, MaximumPort);

    public static readonly IntegerShape Cpu = new(2, 256 * 1024);

    public static readonly IntegerShape Replicas = new(1, 100);

    public static readonly TextShape Protocol = new([.. Enum.GetNames<ApplicationProtocol>().Select(name => name.ToLowerInvariant())]);

    public static readonly TextShape Image = new("\\S+", "an image reference or the name of a container");

    public static readonly TextShape VariableName = new("[A-Za-z_][A-Za-z0-9_.-]*", "letters, digits and _, no digit first");

    public static readonly TextShape VolumeName = new("[a-z][a-z0-9-]{0,39}", "lower-case letters, digits and -");

    public static readonly TextShape MountPath = new("/[^:\\s]+", "a path that begins with /");

    /// <summary>Containers are reached by it, and what is only digits would be taken for an address.</summary>
    public static readonly TextShape ContainerName =
        new("[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?", "lower-case letters, digits and -, a letter first and no - last, at most 20");

    public static readonly Shape Command =
        new VariantShape("a list of texts, or one text as for a shell", new TextShape(), new ListShape(new TextShape()));

    private static readonly TextShape HealthPath = new(AbsolutePathPattern, "a path that begins with /");

    private static readonly Shape Volume = new VariantShape(
        "name:/path",
        new TextShape(
            $"{VolumeName.Pattern}:{MountPath.Pattern}",
            "name:/path, a volume's name (lower-case letters, digits, -) and where it is mounted"),
        new ObjectShape(
            new ShapeKey("name", VolumeName, "The volume's name, of the application's own.", Required: true),
            new ShapeKey("path", MountPath, "Where the container sees it.", Required: true)));

    private static readonly Shape Health = new VariantShape(
        "a path that begins with /, or a mapping with path, port, tcp, command, start_period",
        HealthPath,
        new ObjectShape(
            new ShapeKey("path", HealthPath, "Must answer with a status below 400."),
            new ShapeKey("port", Port, "Where the path is asked for, or a connection must stay open; container_port when not given."),
            new ShapeKey("tcp", new BooleanShape(), "Be content with a connection."),
            new ShapeKey("command", Command, "Must end with 0 inside of the container."),
            new ShapeKey("start_period", StartPeriod, "Seconds, or 90s, 2m: how long a starting container may fail the check.", Default: "2m")));

    private static readonly ShapeKey ImageKey = new("image", Image, "Image reference, or a container's name.", Required: true);

    private static readonly ShapeKey PortKey = new("container_port", Port, "The port that the application listens on.", Required: true);

    private static readonly ShapeKey[] OfContainers =
    [
        new(
            "env",
            new MapShape(VariableName),
            "Environment variables; $CAASTLE_<TYPE>_<Attribute> anywhere in a value is bound to a resource."),
        new("memory", Memory, "Hard limit in MB, or 512M, 1G.", Default: $"{DefaultMemoryMegabytes}"),
        new("cpu", Cpu, "Shares of processor time, 1024 for one core; no limit when not given."),
        new("command", Command, "Instead of the image's own command."),
        new("entrypoint", Command, "Instead of what the image starts; the image's own command is then not added."),
        new("volumes", new ListShape(Volume), "What is kept when the container is replaced."),
        new("health", Health, "When the container counts as ready; a TCP connection to container_port when not given."),
    ];

    private static readonly ShapeKey[] OfApplications =
    [
        new("host_port", Port, "The port that it is reached at; any free one when not given."),
        new("replicas", Replicas, "How many of it run.", Default: "1"),
        new("protocol", Protocol, "What is told apart and spread over the replicas: requests or connections.", Default: Protocol.Choices[0]),
        new("drain", Drain, "Seconds, or 30s, 2m: how long what is replaced may go on with requests under way.", Default: "30"),
        new("pre_deploy", Command, "Must succeed, in the image of the container with container_port, before a new revision starts."),
    ];

    private static readonly ShapeKey NameKey =
        new("name", ContainerName, "Tells it from the others, which reach it by this name.", Required: true);

    private static readonly ShapeKey DependenciesKey =
        new("depends_on", new ListShape(ContainerName), "Names of containers that must be ready before this one starts.");

    private static readonly ObjectShape Container = new(
    [
        NameKey,
        ImageKey,
        PortKey with { Required = false, Meaning = "The port that it listens on; at the one container that takes requests." },
        .. OfContainers,
        DependenciesKey,
    ])
    {
        Refused = OfApplications.ToDictionary(
            key => key.Name, key => new Refusal($"the key '{key.Name}' is of the whole application", $"it beside '{ContainersKey}'")),
    };

    private static readonly EitherShape Application = new(
        ContainersKey,
        With: new(
        [
            new(ContainersKey, new ListShape(Container, MayBeEmpty: false), "What each replica consists of.", Required: true),
            .. OfApplications,
        ])
        {
            Refused = new[] { ImageKey, PortKey }.Concat(OfContainers).ToDictionary(
                key => key.Name, key => new Refusal($"the key '{key.Name}' beside '{ContainersKey}'", "it in one of the containers")),
        },
        Without: new([ImageKey, PortKey, .. OfContainers, .. OfApplications])
        {
            Refused = new[] { NameKey, DependenciesKey }.ToDictionary(
                key => key.Name,
                key => new Refusal($"the key '{key.Name}' is of one of several containers", $"it in an item of '{ContainersKey}'")),
        });

    public static readonly ObjectShape Root = new(new ShapeKey(RootKey, Application, "What is to run.", Required: true));

    private static IntegerShape Seconds(long minimum, long maximum) =>
        new(minimum, maximum, "seconds", new Dictionary<char, long> { ['s'] = 1, ['m'] = 60, ['h'] = 3600 });
}

namespace CaaStle.Engine.Definitions.TaskDefinitions;

/// <summary>What of a task definition of ECS is honoured; all else that ECS knows is refused by name.</summary>
internal static class TaskDefinitionGrammar
{
    public const string ContainersKey = "containerDefinitions";
    public const string NetworkModeKey = "networkMode";

    /// <summary>The network mode in which each container has an address of its own.</summary>
    public const string Bridge = "bridge";

    public static readonly IntegerShape Cpu = new(0, 256 * 1024);

    public static readonly IntegerShape Memory = new(6, 1024 * 1024);

    public static readonly IntegerShape Retries = new(1, 10);

    private const string ByName = "nothing: containers reach each other by their names";
    private const string InImage = "what the image says";
    private const string OwnRole = "nothing: tasks have the environment's role";

    /// <summary>What to write instead of keys that have another form here.</summary>
    private static readonly Dictionary<string, string> Instead = new()
    {
        ["taskRoleArn"] = OwnRole,
        ["secrets"] = "environment, with bindings to resources",
        ["environmentFiles"] = "the variables under environment",
        ["links"] = ByName,
        ["hostname"] = ByName,
        ["extraHosts"] = ByName,
        ["logConfiguration"] = "nothing: `cld app logs` has what containers write",
        ["memoryReservation"] = "memory",
        ["volumesFrom"] = "mountPoints at each container",
        ["efsVolumeConfiguration"] = "only the name: the file system is made",
        ["dockerVolumeConfiguration"] = "only the name: the volume is made",
        ["host"] = "only the name: the volume is made",
        ["containerPortRange"] = "containerPort",
        ["user"] = InImage,
        ["workingDirectory"] = InImage,
    };

    private static readonly IntegerShape HostPort = new(0, 65535);

    private static readonly IntegerShape Seconds = new(0, 24 * 3600);

    private static readonly ParsedShape TaskCpu = new(
        "units, 1024 for one processor, or processors as \"0.5 vCPU\"", text => TaskDefinitionUnits.Cpu(text) is not null);

    private static readonly ParsedShape TaskMemory = new(
        "MB, or \"2 GB\"", text => TaskDefinitionUnits.Megabytes(text) is not null);

    private static readonly ObjectShape Port = Mapping(
        "name containerPortRange",
        Key("containerPort", ApplicationGrammar.Port) with { Required = true },
        Key("hostPort", HostPort),
        Key("protocol", new TextShape(["tcp"])),
        Key("appProtocol", new TextShape(["http"])));

    private static readonly ObjectShape Variable = Mapping(
        "",
        Key("name", ApplicationGrammar.VariableName) with { Required = true },
        Key("value", new TextShape()) with { Required = true });

    private static readonly ObjectShape Mount = Mapping(
        "",
        Key("sourceVolume", new TextShape()) with { Required = true },
        Key("containerPath", ApplicationGrammar.MountPath) with { Required = true },
        Key("readOnly", new TextShape(["false"])));

    private static readonly ObjectShape Dependency = Mapping(
        "",
        Key("containerName", new TextShape()) with { Required = true },
        Key("condition", new TextShape(["START", "HEALTHY"])) with { Required = true });

    private static readonly ObjectShape HealthCheck = Mapping(
        "",
        Key("command", new ListShape(new TextShape(), MayBeEmpty: false)) with { Required = true },
        Key("interval", Seconds),
        Key("timeout", Seconds),
        Key("retries", Retries),
        Key("startPeriod", Seconds));

    private static readonly ObjectShape Container = Mapping(
        "repositoryCredentials memoryReservation links restartPolicy environmentFiles volumesFrom linuxParameters secrets startTimeout stopTimeout "
            + "versionConsistency hostname user workingDirectory disableNetworking privileged readonlyRootFilesystem dnsServers dnsSearchDomains "
            + "extraHosts dockerSecurityOptions interactive pseudoTerminal dockerLabels ulimits logConfiguration systemControls "
            + "resourceRequirements firelensConfiguration credentialSpecs",
        Key("name", ApplicationGrammar.ContainerName) with { Required = true },
        Key("image", ApplicationGrammar.Image) with { Required = true },
        Key("cpu", Cpu),
        Key("memory", Memory),
        Key("portMappings", new ListShape(Port)),
        Key("essential", new TextShape(["true"])),
        Key("entryPoint", new ListShape(new TextShape())),
        Key("command", new ListShape(new TextShape())),
        Key("environment", new ListShape(Variable)),
        Key("mountPoints", new ListShape(Mount)),
        Key("dependsOn", new ListShape(Dependency)),
        Key("healthCheck", HealthCheck));

    public static readonly ObjectShape Root = Mapping(
        "taskRoleArn placementConstraints tags pidMode ipcMode proxyConfiguration inferenceAccelerators ephemeralStorage runtimePlatform "
            + "enableFaultInjection",
        Key(ContainersKey, new ListShape(Container, MayBeEmpty: false)) with { Required = true },
        Key("volumes", new ListShape(Mapping(
            "host dockerVolumeConfiguration efsVolumeConfiguration s3filesVolumeConfiguration fsxWindowsFileServerVolumeConfiguration "
                + "configuredAtLaunch",
            Key("name", new TextShape("[A-Za-z][A-Za-z0-9_-]{0,39}", "letters, digits, '-' and '_', a letter first, at most 40"))
                with { Required = true }))),
        Key("cpu", TaskCpu),
        Key("memory", TaskMemory),
        Key("family", new TextShape()),
        Key("executionRoleArn", new TextShape()),
        Key(NetworkModeKey, new TextShape(["awsvpc", Bridge])),
        Key("requiresCompatibilities", new ListShape(new TextShape(["FARGATE", "EC2"]))));

    /// <param name="refused">Keys that ECS knows here, with a space between.</param>
    private static ObjectShape Mapping(string refused, params ShapeKey[] keys) => new(keys)
    {
        Refused = refused.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            name => name, name => new Refusal($"'{name}' of ECS is not supported", Instead.GetValueOrDefault(name))),
    };

    private static ShapeKey Key(string name, Shape shape) => new(name, shape, "");
}

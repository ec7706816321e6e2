namespace CaaStle.Engine.Definitions.Compose;

/// <summary>What of a Compose file is honoured; all else that Compose knows is refused by name.</summary>
internal static class ComposeGrammar
{
    public const string ServicesKey = "services";
    public const string ExtensionPrefix = "x-";

    public static readonly IntegerShape Retries = new(1, 1000);

    /// <summary>What to write instead of keys that have another form here.</summary>
    private static readonly Dictionary<string, string> Instead = new()
    {
        ["container_name"] = "no other name than the service's",
        ["env_file"] = "the variables under environment",
        ["extends"] = "an anchor, and <<",
        ["links"] = "nothing: services reach each other by their names",
        ["networks"] = "nothing: services reach each other by their names",
        ["scale"] = "deploy.replicas",
        ["secrets"] = "environment, with bindings to resources",
    };

    private static readonly ParsedShape Duration =
        new("a time such as 30s or 1m30s, at most 24h", text => ComposeUnits.Duration(text) is not null);

    private static readonly ParsedShape Memory =
        new("bytes, or with k, m or g behind: 512m; at least 6m", text => ComposeUnits.Megabytes(text) is not null);

    private static readonly ParsedShape Cpus = new("a number of cores such as 0.5", text => ComposeUnits.CpuShares(text) is not null);

    private static readonly Shape Build = new VariantShape(
        "a folder, or a mapping with context and dockerfile",
        new TextShape(@"(?!git@)(?!.*://).*\S.*", "a folder beside the file"),
        Mapping(
            "args cache_from cache_to additional_contexts dockerfile_inline entitlements extra_hosts isolation labels network no_cache platforms "
                + "privileged provenance pull sbom secrets shm_size ssh tags target ulimits",
            Key("context", new TextShape(@"(?!git@)(?!.*://).*\S.*", "a folder beside the file")),
            Key("dockerfile", new TextShape(@".*\S.*", "a file in the context"))));

    private static readonly Shape Port = new VariantShape(
        "\"8080:80\" or \"80\", or a mapping with target and published",
        new ParsedShape("\"8080:80\" or \"80\": no address of the host, no range, no udp", text => ComposePort.Parse(text) is not null),
        Mapping(
            "host_ip name",
            Key("target", ApplicationGrammar.Port) with { Required = true },
            Key("published", ApplicationGrammar.Port),
            Key("protocol", new TextShape(["tcp"])),
            Key("app_protocol", ApplicationGrammar.Protocol),
            Key("mode", new TextShape(["ingress"]))));

    private static readonly Shape Variables = new VariantShape(
        "a mapping from names to texts, or a list of NAME=text",
        new MapShape(ApplicationGrammar.VariableName),
        new ListShape(new TextShape($@"{ApplicationGrammar.VariableName.Pattern}=[\s\S]*", "NAME=text")));

    private static readonly Shape Volume = new VariantShape(
        "name:/path, or a mapping with type, source and target",
        new TextShape(),
        Mapping(
            "bind consistency image read_only tmpfs volume",
            Key("type", new TextShape(["volume"])) with { Required = true },
            Key("source", new TextShape()) with { Required = true },
            Key("target", ApplicationGrammar.MountPath) with { Required = true }));

    private static readonly Shape Dependencies = new VariantShape(
        "a list of services, or a mapping from services to conditions",
        new ListShape(new TextShape()),
        new MapShape(null, Mapping(
            "",
            Key("condition", new TextShape(["service_started", "service_healthy"])) with { Required = true },
            Key("restart", new BooleanShape()),
            Key("required", new TextShape(["true"])))));

    private static readonly Shape Test =
        new VariantShape("a text, or a list that begins with CMD, CMD-SHELL or NONE", new TextShape(), new ListShape(new TextShape()));

    private static readonly ObjectShape HealthCheck = Mapping(
        "start_interval",
        Key("test", Test),
        Key("interval", Duration),
        Key("timeout", Duration),
        Key("retries", Retries),
        Key("start_period", Duration),
        Key("disable", new BooleanShape()));

    private static readonly ObjectShape Deploy = Mapping(
        "endpoint_mode labels mode placement restart_policy rollback_config update_config",
        Key("replicas", ApplicationGrammar.Replicas),
        Key("resources", Mapping("reservations", Key("limits", Mapping("pids devices", Key("cpus", Cpus), Key("memory", Memory))))));

    private static readonly ObjectShape Service = Mapping(
        "annotations attach blkio_config cap_add cap_drop cgroup cgroup_parent configs container_name cpu_count cpu_percent cpu_period cpu_quota "
            + "cpu_rt_period cpu_rt_runtime cpu_shares cpuset credential_spec develop device_cgroup_rules devices dns dns_opt dns_search domainname "
            + "driver_opts env_file extends external_links extra_hosts gpus group_add hostname init ipc isolation label_file labels links logging "
            + "mac_address mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit "
            + "platform post_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only runtime scale secrets security_opt "
            + "shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts "
            + "volumes_from working_dir",
        Key("image", ApplicationGrammar.Image),
        Key("build", Build),
        Key("ports", new ListShape(Port)),
        Key("environment", Variables),
        Key("volumes", new ListShape(Volume)),
        Key("depends_on", Dependencies),
        Key("healthcheck", HealthCheck),
        Key("command", ApplicationGrammar.Command),
        Key("entrypoint", ApplicationGrammar.Command),
        Key("mem_limit", Memory),
        Key("cpus", Cpus),
        Key("deploy", Deploy),
        Key("expose", new ListShape(new TextShape("[0-9]{1,5}(-[0-9]{1,5})?(/(tcp|udp))?", "a port"))),
        Key("restart", new TextShape(["always", "unless-stopped"])));

    public static readonly ObjectShape Root = Mapping(
        "configs include models networks secrets",
        Key(ServicesKey, new MapShape(ApplicationGrammar.ContainerName, Service)) with { Required = true },
        Key("volumes", new MapShape(
            new TextShape("[A-Za-z][A-Za-z0-9._-]{0,39}", "letters, digits, '-', '_' and '.', a letter first, at most 40"),
            Mapping("driver_opts external labels name", Key("driver", new TextShape(["local"]))))),
        Key("name", new TextShape()),
        Key("version", new TextShape()));

    /// <param name="refused">Keys that Compose knows here, with a space between.</param>
    private static ObjectShape Mapping(string refused, params ShapeKey[] keys) => new(keys)
    {
        IgnoredPrefix = ExtensionPrefix,
        Refused = refused.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            name => name, name => new Refusal($"'{name}' of Compose is not supported", Instead.GetValueOrDefault(name))),
    };

    private static ShapeKey Key(string name, Shape shape) => new(name, shape, "");
}

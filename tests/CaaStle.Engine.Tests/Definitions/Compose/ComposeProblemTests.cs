using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions.Compose;

public sealed class ComposeProblemTests
{
    private static readonly DefinitionReader Reader = new(new TestCatalog());

    /// <summary>All that Compose knows and an application has not, by where it stands; <c>...</c> is the key.</summary>
    public static TheoryData<string, string> Unsupported
    {
        get
        {
            (string Path, string Keys, string Text)[] places =
            [
                ("", "configs include models networks secrets", "services: {web: {image: a, ports: [80]}}\n...: {}"),
                (
                    "services.web",
                    "annotations attach blkio_config cap_add cap_drop cgroup cgroup_parent configs container_name cpu_count cpu_percent cpu_period "
                    + "cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpuset credential_spec develop device_cgroup_rules devices dns dns_opt "
                    + "dns_search domainname driver_opts env_file extends external_links extra_hosts gpus group_add hostname init ipc isolation "
                    + "label_file labels links logging mac_address mem_reservation mem_swappiness memswap_limit models network_mode networks "
                    + "oom_kill_disable oom_score_adj pid pids_limit platform post_start pre_stop privileged profiles provider pull_policy "
                    + "pull_refresh_after read_only runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal "
                    + "storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes_from working_dir",
                    "services: {web: {image: a, ports: [80], ...: x}}"),
                (
                    "services.web.build",
                    "additional_contexts args cache_from cache_to dockerfile_inline entitlements extra_hosts isolation labels network no_cache "
                    + "platforms privileged provenance pull sbom secrets shm_size ssh tags target ulimits",
                    "services: {web: {build: {context: ., ...: x}, ports: [80]}}"),
                ("services.web.ports[0]", "host_ip name", "services: {web: {image: a, ports: [{target: 80, ...: x}]}}"),
                (
                    "services.web.volumes[0]",
                    "bind consistency image read_only tmpfs volume",
                    "services: {web: {image: a, ports: [80], volumes: [{type: volume, source: data, target: /x, ...: x}]}}\nvolumes: {data: }"),
                ("services.web.healthcheck", "start_interval", "services: {web: {image: a, ports: [80], healthcheck: {test: x, ...: x}}}"),
                (
                    "services.web.deploy",
                    "endpoint_mode labels mode placement restart_policy rollback_config update_config",
                    "services: {web: {image: a, ports: [80], deploy: {...: x}}}"),
                ("services.web.deploy.resources", "reservations", "services: {web: {image: a, ports: [80], deploy: {resources: {...: x}}}}"),
                (
                    "services.web.deploy.resources.limits",
                    "devices pids",
                    "services: {web: {image: a, ports: [80], deploy: {resources: {limits: {...: x}}}}}"),
                ("volumes.data", "driver_opts external labels name", "services: {web: {image: a, ports: [80]}}\nvolumes: {data: {...: x}}"),
            ];
            return [.. places.SelectMany(place => place.Keys.Split(' '), (place, key) =>
                (place.Text.Replace("...", key, StringComparison.Ordinal), $"{(place.Path.Length == 0 ? "" : place.Path + ".")}{key}"))];
        }
    }

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void What_is_not_supported_is_refused_by_name(string text, string path)
    {
        var problem = Assert.Single(Reader.Check(text, "compose.yaml"));

        Assert.Equal((path, $"'{path.Split('.')[^1]}' of Compose is not supported"), (problem.Path, problem.Message));
        Assert.Equal(path.Split('.')[^1], text.Split('\n')[problem.Line - 1][(problem.Column - 1)..].Split(':')[0]);
    }

    public static TheoryData<string, string> Table => new()
    {
        // What to write instead.
        { Web("env_file: .env"), "3:32: services.web.env_file: 'env_file' of Compose is not supported (expected the variables under environment)" },
        { Web("networks: [front]"), "3:32: services.web.networks: 'networks' of Compose is not supported (expected nothing: services reach each other by their names)" },
        { Web("scale: 2"), "3:32: services.web.scale: 'scale' of Compose is not supported (expected deploy.replicas)" },

        // Words that nobody knows.
        { "servces: {web: {image: a, ports: [80]}}", "1:1: servces: unknown key 'servces' (expected one of services, volumes, name, version; did you mean services?)" },
        { Web("comand: x"), "3:32: services.web.comand: unknown key 'comand' (expected one of image, build, ports, environment, volumes, depends_on, healthcheck, command, entrypoint, mem_limit, cpus, deploy, expose, restart; did you mean command?)" },
        { Web("restart: allways"), "3:41: services.web.restart: 'allways' is not allowed here (expected one of always, unless-stopped; did you mean always?)" },

        // Services, images and builds.
        { "services:\n", "1:1: services: there is no service (expected at least one)" },
        { "services: {}\n", "1:1: services: there is no service (expected at least one)" },
        { "services: [web]\n", "1:11: services: a list is not allowed here (expected a mapping from names)" },
        { "services: {my_web: {image: a, ports: [80]}}", "1:12: services: the name 'my_web' is not allowed (expected lower-case letters, digits and -, a letter first and no - last, at most 20)" },
        { "services:\n  web: {ports: [80]}\n  db:\n", "2:3: services.web: there is no image (expected image, or build)\n3:3: services.db: there is no image (expected image, or build)" },
        { "services:\n  web: {ports: [80], build: ., image: shop}", "2:32: services.web.image: 'image' beside 'build' (expected one of the two; what is built gets a name by itself)" },
        { "services: {web: {ports: [80], build: \"https://github.com/a/b.git\"}}", "1:38: services.web.build: 'https://github.com/a/b.git' is not allowed here (expected a folder beside the file)" },
        { "services: {web: {ports: [80], build: {context: git@github.com:a/b.git}}}", "1:48: services.web.build.context: 'git@github.com:a/b.git' is not allowed here (expected a folder beside the file)" },

        // Ports.
        { "services:\n  web: {image: a}\n  db: {image: b}\n", "1:1: services: no service publishes a port (expected 'ports' with one port at the service that takes requests)" },
        { "services:\n  web: {image: a, ports: [80]}\n  db: {image: b, ports: [5432]}\n", "3:18: services.db.ports: 'web' publishes a port already, and an application is reached at one (expected 'ports' only at the service that takes requests; services reach each other by their names without)" },
        { "services:\n  web: {image: a, ports: [80, 443:443]}\n", "2:31: services.web.ports[1]: another port, and an application is reached at one (expected the one that takes requests)" },
        { Ports("127.0.0.1:8080:80"), WrongPort("127.0.0.1:8080:80") },
        { Ports("3000-3005"), WrongPort("3000-3005") },
        { Ports("53:53/udp"), WrongPort("53:53/udp") },
        { Ports("8080:70000"), WrongPort("8080:70000") },
        { Ports("0:80"), WrongPort("0:80") },
        { Ports("{target: 80, protocol: udp, mode: host}"), "3:25: services.web.ports[0].protocol: 'udp' is not allowed here (expected tcp)\n3:36: services.web.ports[0].mode: 'host' is not allowed here (expected ingress)" },
        { Ports("{published: 80}"), "3:2: services.web.ports[0].target: the key 'target' is missing (expected a whole number from 1 to 65535)" },
        { Ports("{target: 80, published: 8000-9000}"), "3:26: services.web.ports[0].published: '8000-9000' is not allowed here (expected a whole number from 1 to 65535)" },

        // Variables.
        { Web("environment: [A=b, C, A=d]"), "3:51: services.web.environment[1]: 'C' is not allowed here (expected NAME=text)\n3:54: services.web.environment[2]: the variable 'A' is there already, on line 3" },
        { Web("environment: {A: }"), "3:46: services.web.environment.A: has no value (expected a text, \"\" for an empty one)" },
        { Web("environment: {A: $HOME, B: \"${C:-x}\", D: \"$$E\"}"),
            "3:49: services.web.environment.A: the variable HOME is not known: the server does not see your shell's variables (expected its value, or $$HOME for a literal dollar)\n"
            + "3:59: services.web.environment.B: the variable C is not known: the server does not see your shell's variables (expected its value, or $$C for a literal dollar)" },
        { "services: {web: {image: \"a:${TAG:-${OTHER}}\", ports: [\"${PORT}:80\"]}}",
            "1:25: services.web.image: the variable TAG is not known: the server does not see your shell's variables (expected its value, or $$TAG for a literal dollar)\n"
            + "1:25: services.web.image: the variable OTHER is not known: the server does not see your shell's variables (expected its value, or $$OTHER for a literal dollar)\n"
            + "1:55: services.web.ports[0]: the variable PORT is not known: the server does not see your shell's variables (expected its value, or $$PORT for a literal dollar)" },
        { Web("command: run $CAASTLE_MYSQL_Address"), "3:41: services.web.command: the binding $CAASTLE_MYSQL_Address can stand only in environment (expected a value)" },

        // Volumes.
        { Volumes("[./data:/x, /srv:/y, \"~/z:/z\", 'C:\\x:/x', ../a/b:/b]"),
            WrongPath(12, 0, "./data:/x") + "\n" + WrongPath(23, 1, "/srv:/y") + "\n" + WrongPath(32, 2, "~/z:/z") + "\n"
            + WrongPath(42, 3, "C:\\x:/x") + "\n" + WrongPath(53, 4, "../a/b:/b") },
        { Volumes("[/cache]"), "3:12: services.web.volumes[0]: '/cache' is a volume without a name, which is not supported (expected name:/path)" },
        { Volumes("[data:/x:ro]"), "3:12: services.web.volumes[0]: 'data:/x:ro' is not allowed here (expected name:/path, without options)" },
        { Volumes("[data:x]"), "3:12: services.web.volumes[0]: 'data:x' is not allowed here (expected name:/path, without options)" },
        { Volumes("[dta:/x]"), "3:12: services.web.volumes[0]: the volume 'dta' is not declared (expected data; did you mean data?)" },
        { Web("volumes: [data:/x]"), "3:42: services.web.volumes[0]: the volume 'data' is not declared (expected 'data:' under volumes, beside services)" },
        { Volumes("[data:/x, data:/y]"), "3:21: services.web.volumes[1]: the name 'data' or the path /y is there already (expected others)" },
        { Volumes("[{type: bind, source: ./data, target: /x}]"), "3:19: services.web.volumes[0].type: 'bind' is not allowed here (expected volume)" },
        { Volumes("[{type: volume, source: dta, target: /x}]"), "3:35: services.web.volumes[0]: the volume 'dta' is not declared (expected data; did you mean data?)" },
        { "volumes: {a_b: , a-b: , A.b: {driver: nfs}}\nservices: {web: {image: a, ports: [80]}}",
            "1:18: volumes.a-b: the volumes 'a_b' and 'a-b' would both be named a-b (expected names that differ more)\n"
            + "1:25: volumes.A.b: the volumes 'a_b' and 'A.b' would both be named a-b (expected names that differ more)\n"
            + "1:39: volumes.A.b.driver: 'nfs' is not allowed here (expected local)" },

        // Dependencies.
        { Web("depends_on: [dbb, web, cache]"),
            "3:45: services.web.depends_on[0]: there is no service 'dbb' (expected db; did you mean db?)\n"
            + "3:50: services.web.depends_on[1]: 'web' waits for itself (expected db)\n"
            + "3:55: services.web.depends_on[2]: there is no service 'cache' (expected db)" },
        { Web("depends_on: {db: {condition: service_healthy}}"), "3:61: services.web.depends_on.db.condition: 'db' has no healthcheck (expected a healthcheck at services.db, or service_started)" },
        { Web("depends_on: {db: {condition: service_completed_successfully}}"), "3:61: services.web.depends_on.db.condition: 'service_completed_successfully' is not allowed here (expected one of service_started, service_healthy)" },
        { Web("depends_on: {db: {condition: service_started, required: false}}"), "3:88: services.web.depends_on.db.required: 'false' is not allowed here (expected true)" },
        { Web("depends_on: {db: }"), "3:45: services.web.depends_on.db.condition: the key 'condition' is missing (expected one of service_started, service_healthy)" },
        { "services:\n  web: {image: a, ports: [80], depends_on: [db]}\n  db: {image: b, depends_on: {web: {condition: service_healthy}}}\n",
            "2:45: services.web.depends_on[0]: 'web', 'db' wait for each other (expected an order in which they can start)" },

        // Health.
        { Web("healthcheck: {interval: 5s}"), "3:45: services.web.healthcheck.test: the key 'test' is missing, and the image's own check is not used (expected test, or disable: true)" },
        { Web("healthcheck: {test: x, disable: true}"), "3:52: services.web.healthcheck.test: a test that is disabled (expected either test or disable)" },
        { Web("healthcheck: {test: [curl, x]}"), "3:52: services.web.healthcheck.test: this list is no test (expected [CMD, program, argument, ...], [CMD-SHELL, line], or [NONE])" },
        { Web("healthcheck: {test: [CMD-SHELL, a, b]}"), "3:52: services.web.healthcheck.test: this list is no test (expected [CMD, program, argument, ...], [CMD-SHELL, line], or [NONE])" },
        { Web("healthcheck: {test: [CMD]}"), "3:52: services.web.healthcheck.test: this list is no test (expected [CMD, program, argument, ...], [CMD-SHELL, line], or [NONE])" },
        { Web("healthcheck: {test: x, interval: 5, timeout: 25h, retries: 0, start_period: 1x}"),
            "3:65: services.web.healthcheck.interval: '5' is not allowed here (expected a time such as 30s or 1m30s, at most 24h)\n"
            + "3:77: services.web.healthcheck.timeout: '25h' is not allowed here (expected a time such as 30s or 1m30s, at most 24h)\n"
            + "3:91: services.web.healthcheck.retries: '0' is not allowed here (expected a whole number from 1 to 1000)\n"
            + "3:108: services.web.healthcheck.start_period: '1x' is not allowed here (expected a time such as 30s or 1m30s, at most 24h)" },

        // Commands, limits, replicas, restarts.
        { Web("command: [], entrypoint: []"), "3:41: services.web.command: the image's own cannot be taken away without giving another (expected at least one word)\n3:57: services.web.entrypoint: the image's own cannot be taken away without giving another (expected at least one word)" },
        { Web("command: \"a 'b\""), "3:41: services.web.command: a quote is not closed, or there is no word (expected words as for a shell, or a list)" },
        { Web("mem_limit: 5m"), "3:43: services.web.mem_limit: '5m' is not allowed here (expected bytes, or with k, m or g behind: 512m; at least 6m)" },
        { Web("cpus: many"), "3:38: services.web.cpus: 'many' is not allowed here (expected a number of cores such as 0.5)" },
        { Web("mem_limit: 64m, deploy: {resources: {limits: {memory: 64m}}}"), "3:43: services.web.mem_limit: mem_limit beside deploy.resources.limits.memory (expected one of the two)" },
        { Web("deploy: {replicas: 3}"), "3:51: services.web.deploy.replicas: 'db' has 1, 'web' has 3: each replica has all services (expected the same number at every service)" },
        { "services:\n  web: {image: a, ports: [80], deploy: {replicas: 3}}\n  db: {image: b}\n", "2:51: services.web.deploy.replicas: 'web' has 3, 'db' has 1: each replica has all services (expected the same number at every service)" },
        { Web("deploy: {replicas: 0}"), "3:51: services.web.deploy.replicas: '0' is not allowed here (expected a whole number from 1 to 100)" },
        { Web("restart: no"), "3:41: services.web.restart: 'no' is not allowed here (expected one of always, unless-stopped)" },
        { Web("restart: on-failure"), "3:41: services.web.restart: 'on-failure' is not allowed here (expected one of always, unless-stopped)" },
        { Web("expose: [http]"), "3:41: services.web.expose[0]: 'http' is not allowed here (expected a port)" },

        // An application and a Compose file in one.
        { "services: {web: {image: a, ports: [80]}}\napp: {image: a, container_port: 80}", "1:1: services: unknown key 'services' (expected app)" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_problem_has_its_place_its_path_and_what_is_right(string text, string expected)
    {
        var problems = Reader.Check(text, "c.yaml");

        Assert.Equal(expected.Split('\n').Select(line => $"c.yaml:{line}"), problems.Select(problem => problem.ToString()));
        Assert.Throws<InvalidDefinitionException>(() => Reader.ReadApplication(text, "c.yaml", "shop"));
    }

    /// <summary>Two services; what is tried begins in column 32 of line 3.</summary>
    private static string Web(string keys) => $"services:\n  db: {{image: b}}\n  web: {{image: a, ports: [80], {keys}}}\n";

    /// <summary>A port in line 3.</summary>
    private static string Ports(string port) => $"services: {{web: {{image: a,\n ports: [\n {port}]}}}}\n";

    private static string WrongPort(string port) =>
        $"3:2: services.web.ports[0]: '{port}' is not allowed here (expected \"8080:80\" or \"80\": no address of the host, no range, no udp)";

    /// <summary>Volumes in line 3, beside a declared one named data.</summary>
    private static string Volumes(string volumes) => $"volumes: {{data: }}\nservices: {{web: {{image: a, ports: [80],\n volumes: {volumes}}}}}\n";

    private static string WrongPath(int column, int index, string volume) =>
        $"3:{column}: services.web.volumes[{index}]: '{volume}' mounts a path of your machine, which is not supported "
        + "(expected a named volume, or an image that has the files in it)";
}

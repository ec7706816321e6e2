using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions;

public sealed class ApplicationTests
{
    private static readonly DefinitionReader Reader = new(new TestCatalog());

    [Fact]
    public void An_application_reads_as_it_always_did()
    {
        var application = Read("""
            app:
              image: greetings
              container_port: 5000
              host_port: 80
              memory: 500
              cpu: 128
              env:
                DB: $CLOUDARK_RDS_DBName
                HOST: $CLOUDARK_RDS_Address
                PORT: 3306
                DEBUG: true
                EMPTY: ""
            """);

        var container = Only(application);
        Assert.Equal(("greetings", 5000, 80), (container.Image, application.ContainerPort, application.HostPort));
        Assert.Equal((500, 128), (container.MemoryMegabytes, container.CpuShares));
        Assert.Equal(
            [("DB", "$CLOUDARK_RDS_DBName"), ("HOST", "$CLOUDARK_RDS_Address"), ("PORT", "3306"), ("DEBUG", "true"), ("EMPTY", "")],
            container.Variables.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(new SourcePosition(8, 9), container.VariablePositions["DB"]);
    }

    [Fact]
    public void What_is_not_given_has_a_default()
    {
        var application = Read("app: {image: a, container_port: 1}");

        Assert.Null(application.HostPort);
        Assert.Equal((1, ApplicationProtocol.Http), (application.Replicas, application.Protocol));
        Assert.Equal(TimeSpan.FromSeconds(30), application.Drain);
        Assert.Empty(application.PreDeploy);
        Assert.Equal(ApplicationContainer.OnlyName, application.Exposed);
        var container = Only(application);
        Assert.Equal(ApplicationContainer.OnlyName, container.Name);
        Assert.Null(container.CpuShares);
        Assert.Equal(250, container.MemoryMegabytes);
        Assert.Empty(container.Variables);
        Assert.Empty(container.Entrypoint);
        Assert.Empty(container.Command);
        Assert.Empty(container.Volumes);
        Assert.Equal(new HealthCheck(TimeSpan.FromMinutes(2)) { Port = 1 }, container.Health);
        Assert.Null(container.Build);
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("\"512\"", 512)]
    [InlineData("512M", 512)]
    [InlineData("1G", 1024)]
    [InlineData("2g", 2048)]
    public void Memory_is_in_megabytes_or_has_a_unit(string written, int megabytes) =>
        Assert.Equal(megabytes, Only($"memory: {written}").MemoryMegabytes);

    [Theory]
    [InlineData("[run, \"a b\", 3]", "run|a b|3")]
    [InlineData("run --name 'a b' \"c d\"", "run|--name|a b|c d")]
    [InlineData(@"sh -c 'echo ""$HOME""'", "sh|-c|echo \"$HOME\"")]
    [InlineData("a\\ b \"\" c'd'e", "a b||cde")]
    [InlineData("\"sh -c \\\"a \\\\\\\\ \\\\\\\" b\\\"\"", "sh|-c|a \\ \" b")]
    public void A_command_is_a_list_or_split_as_a_shell_does(string written, string words)
    {
        Assert.Equal(words.Split('|'), Only($"command: {written}").Command);
        Assert.Equal(words.Split('|'), Only($"entrypoint: {written}").Entrypoint);
        Assert.Equal(words.Split('|'), Only($"health: {{command: {written}}}").Health!.Command);
        Assert.Equal(words.Split('|'), Read($"app:\n  image: a\n  container_port: 1\n  pre_deploy: {written}\n").PreDeploy);
    }

    [Theory]
    [InlineData("replicas: 3", 3, ApplicationProtocol.Http, 30)]
    [InlineData("protocol: tcp", 1, ApplicationProtocol.Tcp, 30)]
    [InlineData("protocol: http, drain: 0", 1, ApplicationProtocol.Http, 0)]
    [InlineData("drain: 90", 1, ApplicationProtocol.Http, 90)]
    [InlineData("drain: 45s", 1, ApplicationProtocol.Http, 45)]
    [InlineData("drain: 2m, replicas: 100", 100, ApplicationProtocol.Http, 120)]
    [InlineData("drain: 1h", 1, ApplicationProtocol.Http, 3600)]
    public void What_holds_for_all_replicas_stands_beside_the_image(string written, int replicas, ApplicationProtocol protocol, int drain)
    {
        var application = Read($"app: {{image: a, container_port: 1, {written}}}");

        Assert.Equal((replicas, protocol, TimeSpan.FromSeconds(drain)), (application.Replicas, application.Protocol, application.Drain));
    }

    [Theory]
    [InlineData("[data:/var/lib/data]")]
    [InlineData("[{name: data, path: /var/lib/data}]")]
    public void A_volume_is_a_pair_or_a_mapping(string written) =>
        Assert.Equal([new VolumeMount("data", "/var/lib/data")], Only($"volumes: {written}").Volumes);

    [Theory]
    [InlineData("/ready", "/ready", 8080, 120)]
    [InlineData("{path: /ready}", "/ready", 8080, 120)]
    [InlineData("{path: /, start_period: 60}", "/", 8080, 60)]
    [InlineData("{path: /ready, port: 81}", "/ready", 81, 120)]
    [InlineData("{start_period: 90s}", null, 8080, 90)]
    [InlineData("{port: 81}", null, 81, 120)]
    [InlineData("{tcp: true, start_period: 2m}", null, 8080, 120)]
    [InlineData("{tcp: true, port: 81}", null, 81, 120)]
    [InlineData("{tcp: false, path: /x, start_period: 1h}", "/x", 8080, 3600)]
    public void Health_is_a_path_or_a_connection(string written, string? path, int port, int seconds) => Assert.Equal(
        new HealthCheck(TimeSpan.FromSeconds(seconds)) { Path = path, Port = port },
        Only(Read($"app: {{image: a, container_port: 8080, health: {written}}}")).Health);

    [Fact]
    public void Health_is_what_a_command_says()
    {
        var health = Only("health: {command: [pg_isready, -q], tcp: false, start_period: 5}").Health!;

        Assert.Equal(["pg_isready", "-q"], health.Command);
        Assert.Equal((null, null, TimeSpan.FromSeconds(5)), (health.Path, health.Port, health.StartPeriod));
    }

    public static TheoryData<string, string> Table => new()
    {
        { "app:\n  imge: a\n  container_port: 1\n", "2:3: app.imge: unknown key 'imge' (expected one of image, container_port, env, memory, cpu, command, entrypoint, volumes, health, host_port, replicas, protocol, drain, pre_deploy, containers; did you mean image?)" },
        { "app:\n  image: a\n", "1:1: app.container_port: the key 'container_port' is missing (expected a whole number from 1 to 65535)" },
        { "app:\n  image: a\n  container_port: 70000\n", "3:19: app.container_port: '70000' is not allowed here (expected a whole number from 1 to 65535)" },
        { "app:\n  image:\n  container_port: 1\n", "2:3: app.image: has no value (expected an image reference or the name of a container)" },
        { "app:\n  image: a b\n  container_port: 1\n", "2:10: app.image: 'a b' is not allowed here (expected an image reference or the name of a container)" },
        { "app: {image: a, container_port: 1, memory: 1T}", "1:44: app.memory: '1T' is not allowed here (expected MB as a whole number from 6 to 1048576, or with M or G or m or g behind it)" },
        { "app: {image: a, container_port: 1, env: [A=b]}", "1:41: app.env: a list is not allowed here (expected a mapping from names to texts)" },
        { "app: {image: a, container_port: 1, env: {A: }}", "1:42: app.env.A: has no value (expected a text, \"\" for an empty one)" },
        { "app: {image: a, container_port: 1, env: {A: [b], A: c}}", "1:45: app.env.A: a list is not allowed here (expected a text)\n"
            + "1:50: app.env.A: the key 'A' is there already, on line 1" },
        { "app: {image: a, container_port: 1, env: {1A: b}}", "1:42: app.env: the name '1A' is not allowed (expected letters, digits and _, no digit first)" },
        { "app: {image: a, container_port: 1, command: \"a 'b\"}", "1:45: app.command: a quote is not closed, or there is no word (expected words as for a shell, or a list)" },
        { "app: {image: a, container_port: 1, volumes: [./data:/x]}", "1:46: app.volumes[0]: './data:/x' is not allowed here (expected name:/path, a volume's name (lower-case letters, digits, -) and where it is mounted)" },
        { "app: {image: a, container_port: 1, volumes: [a:/x, a:/y, b:/x/]}", "1:52: app.volumes[1]: the name 'a' or the path /y is there already (expected others)\n"
            + "1:58: app.volumes[2]: the name 'b' or the path /x/ is there already (expected others)" },
        { "app: {image: a, container_port: 1, health: ready}", "1:44: app.health: 'ready' is not allowed here (expected a path that begins with /)" },
        { "app: {image: a, container_port: 1, health: {path: /x, tcp: true}}", "1:51: app.health.path: a path cannot be asked for over a mere TCP connection (expected either path or tcp)" },
        { "app: {image: a, container_port: 1, health: {start_period: soon}}", "1:59: app.health.start_period: 'soon' is not allowed here (expected seconds as a whole number from 1 to 86400, or with s or m or h behind it)" },
        { "app: {image: a, container_port: 1, health: {command: a, path: /x}}", "1:54: app.health.command: a command beside another way of checking (expected one of command, path, and a connection to a port)" },
        { "app: {image: a, container_port: 1, health: {command: a, port: 5}}", "1:54: app.health.command: a command beside another way of checking (expected one of command, path, and a connection to a port)" },
        { "app: {image: a, container_port: 1, health: {command: a, tcp: true}}", "1:54: app.health.command: a command beside another way of checking (expected one of command, path, and a connection to a port)" },
        { "app: {image: a, container_port: 1, health: {command: []}}", "1:54: app.health.command: the command is empty (expected at least one word)" },
        { "app: {image: a, container_port: 1, health: {command: \"'\"}}", "1:54: app.health.command: a quote is not closed, or there is no word (expected words as for a shell, or a list)" },
        { "app: {image: a, container_port: 1, health: {tcp: false, port: 5}}", "1:50: app.health.tcp: a port is checked by a connection (expected a path too, or no 'tcp: false')" },
        { "app: {image: a, container_port: 1, health: {prt: 5}}", "1:45: app.health.prt: unknown key 'prt' (expected one of path, port, tcp, command, start_period; did you mean port?)" },
        { "app: {image: a, container_port: 1, replicas: 0}", "1:46: app.replicas: '0' is not allowed here (expected a whole number from 1 to 100)" },
        { "app: {image: a, container_port: 1, replicas: 101}", "1:46: app.replicas: '101' is not allowed here (expected a whole number from 1 to 100)" },
        { "app: {image: a, container_port: 1, protocol: htp}", "1:46: app.protocol: 'htp' is not allowed here (expected one of http, tcp; did you mean http?)" },
        { "app: {image: a, container_port: 1, drain: 2h}", "1:43: app.drain: '2h' is not allowed here (expected seconds as a whole number from 0 to 3600, or with s or m or h behind it)" },
        { "app: {image: a, container_port: 1, pre_deploy: \"'\"}", "1:48: app.pre_deploy: a quote is not closed, or there is no word (expected words as for a shell, or a list)" },
        { "app: {image: a, container_port: 1, entrypoint: \"\"}", "1:48: app.entrypoint: a quote is not closed, or there is no word (expected words as for a shell, or a list)" },
        { "app: {image: a, container_port: 1, depends_on: [b]}", "1:36: app.depends_on: the key 'depends_on' is of one of several containers (expected it in an item of 'containers')" },
        { "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: []}\n", "1:1: kind: this is a Kubernetes definition (Pod); those can be deployed only to GKE (expected app:)" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_problem_has_its_place_its_path_and_what_is_right(string text, string expected)
    {
        var problems = Reader.Check(text, "a.yaml");

        Assert.Equal(expected.Split('\n').Select(line => $"a.yaml:{line}"), problems.Select(problem => problem.ToString()));
        Assert.Throws<InvalidDefinitionException>(() => Read(text));
    }

    private static ApplicationDefinition Read(string text) => Reader.ReadApplication(text, "a.yaml", "shop");

    private static ApplicationContainerDefinition Only(ApplicationDefinition application) => Assert.Single(application.Containers);

    private static ApplicationContainerDefinition Only(string line) => Only(Read($"app:\n  image: a\n  container_port: 1\n  {line}\n"));
}

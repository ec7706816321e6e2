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

        Assert.Equal(("greetings", 5000, 80), (application.Image, application.ContainerPort, application.HostPort));
        Assert.Equal((500, 128), (application.MemoryMegabytes, application.CpuShares));
        Assert.Equal(
            [("DB", "$CLOUDARK_RDS_DBName"), ("HOST", "$CLOUDARK_RDS_Address"), ("PORT", "3306"), ("DEBUG", "true"), ("EMPTY", "")],
            application.Variables.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(new SourcePosition(8, 9), application.VariablePositions["DB"]);
    }

    [Fact]
    public void What_is_not_given_has_a_default()
    {
        var application = Read("app: {image: a, container_port: 1}");

        Assert.Null(application.HostPort);
        Assert.Null(application.CpuShares);
        Assert.Equal(250, application.MemoryMegabytes);
        Assert.Empty(application.Variables);
        Assert.Empty(application.Command);
        Assert.Empty(application.Volumes);
        Assert.Equal(new HealthCheck(null, TimeSpan.FromMinutes(2)), application.Health);
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("\"512\"", 512)]
    [InlineData("512M", 512)]
    [InlineData("1G", 1024)]
    [InlineData("2g", 2048)]
    public void Memory_is_in_megabytes_or_has_a_unit(string written, int megabytes) =>
        Assert.Equal(megabytes, Read($"app: {{image: a, container_port: 1, memory: {written}}}").MemoryMegabytes);

    [Theory]
    [InlineData("[run, \"a b\", 3]", "run|a b|3")]
    [InlineData("run --name 'a b' \"c d\"", "run|--name|a b|c d")]
    [InlineData(@"sh -c 'echo ""$HOME""'", "sh|-c|echo \"$HOME\"")]
    [InlineData("a\\ b \"\" c'd'e", "a b||cde")]
    [InlineData("\"sh -c \\\"a \\\\\\\\ \\\\\\\" b\\\"\"", "sh|-c|a \\ \" b")]
    public void A_command_is_a_list_or_split_as_a_shell_does(string written, string words) =>
        Assert.Equal(words.Split('|'), Read($"app:\n  image: a\n  container_port: 1\n  command: {written}\n").Command);

    [Theory]
    [InlineData("[data:/var/lib/data]")]
    [InlineData("[{name: data, path: /var/lib/data}]")]
    public void A_volume_is_a_pair_or_a_mapping(string written) =>
        Assert.Equal([new VolumeMount("data", "/var/lib/data")], Read($"app: {{image: a, container_port: 1, volumes: {written}}}").Volumes);

    [Theory]
    [InlineData("/ready", "/ready", 120)]
    [InlineData("{path: /ready}", "/ready", 120)]
    [InlineData("{path: /, start_period: 60}", "/", 60)]
    [InlineData("{start_period: 90s}", null, 90)]
    [InlineData("{tcp: true, start_period: 2m}", null, 120)]
    [InlineData("{tcp: false, path: /x, start_period: 1h}", "/x", 3600)]
    public void Health_is_a_path_or_a_connection(string written, string? path, int seconds) => Assert.Equal(
        new HealthCheck(path, TimeSpan.FromSeconds(seconds)), Read($"app: {{image: a, container_port: 1, health: {written}}}").Health);

    public static TheoryData<string, string> Table => new()
    {
        { "app:\n  imge: a\n  container_port: 1\n", "2:3: app.imge: unknown key 'imge' (expected one of image, container_port, host_port, env, memory, cpu, command, volumes, health; did you mean image?)" },
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

    private static ApplicationDefinition Read(string text) => Reader.ReadApplication(text, "a.yaml");
}

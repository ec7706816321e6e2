using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions;

/// <summary>Application files with several containers.</summary>
public sealed class ContainersTests
{
    private static readonly DefinitionReader Reader = new(new TestCatalog());

    [Fact]
    public void An_application_of_several_containers()
    {
        var application = Read("""
            app:
              host_port: 8080
              replicas: 2
              protocol: http
              drain: 1m
              pre_deploy: bin/migrate --all
              containers:
                - name: web
                  image: shop
                  container_port: 3000
                  depends_on: [cache, worker]
                  env: {CACHE: "localhost:6379"}
                  volumes: ["uploads:/srv/uploads"]
                - name: worker
                  image: shop
                  entrypoint: [/bin/work]
                  command: --queue all
                  memory: 1G
                  cpu: 512
                  volumes: ["uploads:/uploads"]
                  depends_on: [cache]
                - name: cache
                  image: redis:8
                  health: {command: redis-cli ping, start_period: 10}
            """);

        Assert.Equal(("web", 3000, 8080, 2), (application.Exposed, application.ContainerPort, application.HostPort, application.Replicas));
        Assert.Equal(TimeSpan.FromMinutes(1), application.Drain);
        Assert.Equal(["bin/migrate", "--all"], application.PreDeploy);
        Assert.Equal(["cache", "worker", "web"], application.Containers.Select(container => container.Name));
        var (cache, worker, web) = (application.Containers[0], application.Containers[1], application.Containers[2]);
        Assert.Equal(["cache", "worker"], web.After);
        Assert.Equal(["cache"], worker.After);
        Assert.Empty(cache.After);
        Assert.Equal((new HealthCheck(TimeSpan.FromMinutes(2)) { Port = 3000 }, null), (web.Health, worker.Health));
        Assert.Equal(["redis-cli", "ping"], cache.Health!.Command);
        Assert.Equal((1024, 512), (worker.MemoryMegabytes, worker.CpuShares));
        Assert.Equal(["/bin/work"], worker.Entrypoint);
        Assert.Equal(["--queue", "all"], worker.Command);
        Assert.Equal([new("uploads", "/srv/uploads"), new("uploads", "/uploads")], web.Volumes.Concat(worker.Volumes));
        Assert.Equal("localhost:6379", web.Variables["CACHE"]);
    }

    [Theory]
    [InlineData("a b c", "a b c")]
    [InlineData("a:c b c", "b c a")]
    [InlineData("a:c,b b:c c d", "c b a d")]
    [InlineData("c:a b:a a", "a c b")]
    [InlineData("a:b,b b", "b a")]
    public void Containers_come_after_those_that_they_wait_for_and_else_in_the_order_of_the_file(string written, string order)
    {
        var containers = written.Split(' ').Select((container, index) => container.Split(':') switch
        {
            [var name, var after] => $"{{name: {name}, image: x, depends_on: [{after}]{(index == 0 ? ", container_port: 1" : "")}}}",
            var only => $"{{name: {only[0]}, image: x{(index == 0 ? ", container_port: 1" : "")}}}",
        });

        var application = Read($"app: {{containers: [{string.Join(", ", containers)}]}}");

        Assert.Equal(order.Split(' '), application.Containers.Select(container => container.Name));
    }

    [Theory]
    [InlineData("{port: 6379}", null, 6379)]
    [InlineData("{tcp: true, port: 6379}", null, 6379)]
    [InlineData("{path: /x, port: 80}", "/x", 80)]
    public void A_container_that_takes_no_requests_is_checked_where_it_says(string health, string? path, int port)
    {
        var application = Read($"app: {{containers: [{{name: web, image: a, container_port: 1}}, {{name: b, image: b, health: {health}}}]}}");

        Assert.Equal(new HealthCheck(TimeSpan.FromMinutes(2)) { Path = path, Port = port }, application.Containers[1].Health);
    }

    [Theory]
    [InlineData("/ready", "/ready", 5)]
    [InlineData("{path: /ready, port: 6}", "/ready", 6)]
    [InlineData("{start_period: 2m}", null, 5)]
    public void The_one_that_takes_requests_is_checked_at_its_port(string health, string? path, int port)
    {
        var application = Read($"app: {{containers: [{{name: b, image: b}}, {{name: web, image: a, container_port: 5, health: {health}}}]}}");

        Assert.Equal(new HealthCheck(TimeSpan.FromMinutes(2)) { Path = path, Port = port }, application.Containers[1].Health);
    }

    public static TheoryData<string, string> Table => new()
    {
        { "app:\n  image: a\n  containers: [{name: a, image: a, container_port: 1}]\n  container_port: 1\n",
            "2:3: app.image: the key 'image' beside 'containers' (expected it in one of the containers)\n"
            + "4:3: app.container_port: the key 'container_port' beside 'containers' (expected it in one of the containers)" },
        { "app:\n  containers: [{name: a, image: a, container_port: 1, host_port: 5, replicas: 2}]\n",
            "2:55: app.containers[0].host_port: the key 'host_port' is of the whole application (expected it beside 'containers')\n"
            + "2:69: app.containers[0].replicas: the key 'replicas' is of the whole application (expected it beside 'containers')" },
        { "app:\n  contaners: [{name: a, image: a, container_port: 1}]\n",
            "2:3: app.contaners: unknown key 'contaners' (expected one of containers, host_port, replicas, protocol, drain, pre_deploy; did you mean containers?)" },
        { "app:\n  containers: []\n", "2:15: app.containers: a list is not allowed here (expected a list with at least one item)" },
        { "app:\n  containers:\n", "2:3: app.containers: has no value (expected a list with at least one item)" },
        { "app:\n  containers: {web: {image: a}}\n", "2:15: app.containers: a mapping is not allowed here (expected a list with at least one item)" },
        { "app:\n  containers: [web]\n", "2:16: app.containers[0]: 'web' is not allowed here (expected a mapping with name, image)" },
        { "app:\n  containers: [{image: a, container_port: 1}, {name: b}]\n",
            "2:16: app.containers[0].name: the key 'name' is missing (expected lower-case letters, digits and -, a letter first and no - last, at most 20)\n"
            + "2:47: app.containers[1].image: the key 'image' is missing (expected an image reference or the name of a container)" },
        { "app:\n  containers: [{name: My_Web, image: a, container_port: 1}]\n",
            "2:23: app.containers[0].name: 'My_Web' is not allowed here (expected lower-case letters, digits and -, a letter first and no - last, at most 20)" },
        { "app:\n  containers: [{name: a, image: a, container_port: 1}, {name: a, image: b}]\n",
            "2:63: app.containers[1].name: another container named 'a' (expected a name that no other has)" },
        { "app:\n  containers: [{name: a, image: a}, {name: b, image: b}]\n",
            "2:3: app.containers: no container has a container_port (expected container_port at the one that takes requests)" },
        { "app:\n  containers:\n    - {name: a, image: a, container_port: 1}\n    - {name: b, image: b, container_port: 2}\n",
            "4:27: app.containers[1].container_port: 'a' has a container_port already, on line 3 (expected container_port at the one that takes requests; the others are reached without)" },
        { "app:\n  containers:\n    - {name: web, image: a, container_port: 1, depends_on: [chache, web]}\n    - {name: cache, image: b}\n",
            "3:61: app.containers[0].depends_on[0]: there is no container 'chache' (expected cache; did you mean cache?)\n"
            + "3:69: app.containers[0].depends_on[1]: 'web' waits for itself (expected cache)" },
        { "app:\n  containers:\n    - {name: a, image: a, container_port: 1, depends_on: [b]}\n    - {name: b, image: b, depends_on: [c]}\n"
            + "    - {name: c, image: c, depends_on: [b]}\n    - {name: d, image: d, depends_on: [e]}\n    - {name: e, image: e, depends_on: [d]}\n",
            "4:40: app.containers[1].depends_on[0]: 'b', 'c' wait for each other (expected an order in which they can start)\n"
            + "6:40: app.containers[3].depends_on[0]: 'd', 'e' wait for each other (expected an order in which they can start)" },
        { "app:\n  containers:\n    - {name: a, image: a, container_port: 1, volumes: [\"v:/x\", \"v:/y\"]}\n    - {name: b, image: b, volumes: [\"v:/x\", \"w:/x\"]}\n",
            "3:64: app.containers[0].volumes[1]: the name 'v' or the path /y is there already (expected others)\n"
            + "4:45: app.containers[1].volumes[1]: the name 'w' or the path /x is there already (expected others)" },
        { "app:\n  containers:\n    - {name: a, image: a, container_port: 1}\n    - {name: b, image: b, health: /x}\n",
            "4:35: app.containers[1].health: it is not said at which port (expected a mapping with path and port)" },
        { "app:\n  containers:\n    - {name: a, image: a, container_port: 1}\n    - {name: b, image: b, health: {path: /x}}\n",
            "4:35: app.containers[1].health: it is not said what is to be checked (expected port, path and port, or command)" },
        { "app:\n  containers:\n    - {name: a, image: a, container_port: 1}\n    - {name: b, image: b, health: {tcp: true}}\n",
            "4:35: app.containers[1].health: it is not said what is to be checked (expected port, path and port, or command)" },
        { "app:\n  containers:\n    - {name: a, image: a, container_port: 1, command: \"'\"}\n    - {name: b, image: b, entrypoint: \"'\", health: {command: a, port: 5}}\n",
            "3:55: app.containers[0].command: a quote is not closed, or there is no word (expected words as for a shell, or a list)\n"
            + "4:39: app.containers[1].entrypoint: a quote is not closed, or there is no word (expected words as for a shell, or a list)\n"
            + "4:62: app.containers[1].health.command: a command beside another way of checking (expected one of command, path, and a connection to a port)" },
        { "app:\n  containers:\n    - {name: a, image: a, container_port: 1, env: {1A: x}, memry: 5}\n",
            "3:52: app.containers[0].env: the name '1A' is not allowed (expected letters, digits and _, no digit first)\n"
            + "3:60: app.containers[0].memry: unknown key 'memry' (expected one of name, image, container_port, env, memory, cpu, command, entrypoint, volumes, health, depends_on; did you mean memory?)" },
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
}

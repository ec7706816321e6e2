using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions;

public sealed class YamlProblemTests
{
    private const string Good = """
        environment:
          app_deployment: &coe {target: local, type: local-docker}
          resources:
            local:
              - resource: {type: mysql, name: orders, configuration: {dbname: "o"}}
              - type: redis
        """;

    private const string GoodApplication = """
        app:
          replicas: 2
          drain: 1m
          pre_deploy: run "it"
          containers:
            - {name: web, image: a, container_port: 80, depends_on: [db], env: {A: $CAASTLE_MYSQL_Url}, health: {path: /x, port: 81}}
            - name: db
              image: b
              entrypoint: [a, "b"]
              volumes: ["d:/x", {name: e, path: /y}]
              health: {command: [a]}
        """;

    private const string GoodCompose = """
        x-base: &base {restart: always, deploy: {resources: {limits: {cpus: "0.5", memory: 64m}}}}
        services:
          web: {<<: *base, build: {context: .}, ports: ["8080:80"], depends_on: {db: {condition: service_healthy}}}
          db:
            image: b
            command: run "it" $$x
            environment: [A=$CAASTLE_MYSQL_Url, B=c]
            healthcheck: {test: [CMD, a], interval: 1m30s, retries: 3}
            volumes: [{type: volume, source: d_a, target: /x}, "logs:/y"]
        volumes: {d_a: , logs: {driver: local}}
        """;

    private const string GoodTaskDefinition = """
        {"family": "a", "cpu": ".5 vCPU", "memory": "1 GB", "networkMode": "awsvpc", "volumes": [{"name": "D_a"}],
        "containerDefinitions": [
          {"name": "web", "image": "a", "portMappings": [{"containerPort": 80, "hostPort": 0}], "command": ["x"], "mountPoints": [],
            "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}], "environment": [{"name": "A", "value": "$CAASTLE_MYSQL_Url"}]},
          {"name": "db", "image": "b", "memory": 64, "cpu": 2, "essential": true, "mountPoints": [{"sourceVolume": "D_a",
            "containerPath": "/x"}], "healthCheck": {"command": ["CMD-SHELL", "a"], "retries": 3}}]}
        """;

    private static readonly DefinitionReader Reader = new(new TestCatalog());

    [Theory]
    [InlineData("", 1, 1, "the file is empty")]
    [InlineData("# nothing\n", 1, 1, "the file is empty")]
    [InlineData("environment:\n\tapp_deployment: {target: local}\n", 2, 1, "the line is indented with a tab, which YAML forbids")]
    [InlineData("environment:\n  app_deployment:\n  \ttarget: local\n    type: x\n", 3, 3, "the line is indented with a tab, which YAML forbids")]
    [InlineData("environment:\n  app_deployment: {target: local\n", 3, 1, "not valid YAML: ")]
    [InlineData("environment: &a\n  app_deployment: *a\n", 2, 19, "the alias '*a' contains itself")]
    [InlineData("environment:\n  app_deployment: *b\n", 2, 19, "there is no anchor '&b' before this alias")]
    [InlineData("environment:\n : a: b\n", 3, 1, "not valid YAML from here on")]
    [InlineData("environment:\n  [a, b]: c\n", 2, 3, "a key must be a word")]
    [InlineData("environment:\n  <<: 3\n", 2, 3, "only a mapping can be merged with '<<'")]
    [InlineData("environment: !!python/object:os.system {app_deployment: {target: local}}\n", 1, 14, "the tag 'tag:yaml.org,2002:python/object:os.system' is not allowed")]
    [InlineData("environment: {app_deployment: {target: local}}\n---\na: b\n", 2, 1, "a second document begins here")]
    public void What_is_not_one_plain_document_is_refused_with_its_place(string text, int line, int column, string message)
    {
        var problem = Assert.Single(Reader.Check(text, "e.yaml", DefinitionReader.EnvironmentKind));

        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.StartsWith(message, problem.Message);
    }

    [Fact]
    public void A_file_that_aliases_blow_up_is_refused()
    {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + string.Concat(
            Enumerable.Range(1, 12).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        AssertRefused(bomb, "the file has more than 10000 values, aliases followed");
    }

    [Fact]
    public void A_file_that_is_nested_too_deeply_is_refused()
    {
        AssertRefused("environment: " + new string('[', 100_000), "nested deeper than 32 levels");
        AssertRefused(string.Concat(Enumerable.Repeat("- ", 100_000)), "nested deeper than 32 levels");
    }

    [Fact]
    public void A_file_that_is_too_large_is_refused()
    {
        AssertRefused("environment: " + new string('x', 300_000), "the file is larger than 256 KiB");
        AssertRefused(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"k{i}: 1\n")), "the file has more than 10000 values, aliases followed");
    }

    [Fact]
    public void Whatever_is_done_to_a_file_it_is_read_or_its_problems_are_found()
    {
        foreach (var changed in Garbling.Of(Good))
        {
            var problems = Reader.Check(changed, "e.yaml");
            Assert.All(problems, problem => Assert.True(problem is { Line: >= 1, Column: >= 1 }, $"{problem} in {changed}"));
            if (problems.Count == 0 && Reader.DetectKind(changed) == DefinitionReader.EnvironmentKind)
            {
                Assert.NotNull(Reader.ReadEnvironment(changed, "e.yaml"));
            }
        }
    }

    [Theory]
    [InlineData(GoodApplication)]
    [InlineData(GoodCompose)]
    [InlineData(GoodTaskDefinition)]
    public void Whatever_is_done_to_an_application_it_is_read_or_its_problems_are_found(string good)
    {
        Assert.Empty(Reader.Check(good, "a.yaml"));
        foreach (var changed in Garbling.Of(good))
        {
            var problems = Reader.Check(changed, "a.yaml", DefinitionReader.ApplicationKind);
            Assert.All(problems, problem => Assert.True(problem is { Line: >= 1, Column: >= 1 }, $"{problem} in {changed}"));
            if (problems.Count == 0)
            {
                Assert.NotNull(Reader.ReadApplication(changed, "a.yaml", "shop"));
            }
        }
    }

    [Theory]
    [InlineData("environment:\n", "environment")]
    [InlineData("app:\n  image: x\n", "application")]
    [InlineData("{app: {image: x}}", "application")]
    [InlineData("\"app\": {image: x}", "application")]
    [InlineData("# c\n---\napp:\n\tbroken", "application")]
    [InlineData("apiVersion: v1\nkind: Pod\n", "application")]
    [InlineData("ap:\n  image: x\n", "application")]
    [InlineData("image: x\ncontainer_port: 5\n", "application")]
    [InlineData("services:\n  web: {}\n", "application")]
    [InlineData("version: \"3\"\nx-base: &base {}\nservces:\n", "application")]
    [InlineData("containerDefinitons:\n", "application")]
    [InlineData("{\n  \"family\": \"a\",\n  \"containerDefinitions\": []\n}", "application")]
    [InlineData("enviroment:\n", "environment")]
    [InlineData("resources:\n", "environment")]
    [InlineData("", "environment")]
    public void The_kind_of_a_file_is_told_from_its_text(string text, string kind) => Assert.Equal(kind, Reader.DetectKind(text));

    private static void AssertRefused(string text, string message) =>
        Assert.Equal(message, Assert.Single(Reader.Check(text, "e.yaml", DefinitionReader.EnvironmentKind)).Message);
}

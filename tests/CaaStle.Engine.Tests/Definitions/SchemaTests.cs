using System.Globalization;
using System.Text.Json.Nodes;
using CaaStle.Engine.Definitions;
using NJsonSchema;
using YamlDotNet.RepresentationModel;

namespace CaaStle.Engine.Tests.Definitions;

public sealed class SchemaTests
{
    private static readonly TestCatalog Catalog = new();
    private static readonly DefinitionReader Reader = new(Catalog);

    public static TheoryData<string> Environments => new(
        "environment: {app_deployment: {target: local}}",
        "environment: {app_deployment: {target: local, type: local-docker}, resources: }",
        "environment: {app_deployment: {target: local}, resources: {local: }}",
        "environment: {app_deployment: {target: aws, type: ecs, cluster_size: 2, instance_type: t2.micro}}",
        "environment: {app_deployment: {target: aws, type: ecs, cluster_size: \"2\"}}",
        "environment: {app_deployment: {target: aws}}",
        "environment: {app_deployment: {target: aws, type: gke}}",
        "environment: {app_deployment: {target: aws, type: ecs, cluster_size: 0}}",
        "environment: {app_deployment: {target: aws, type: ecs, cluster_size: 1.5}}",
        "environment: {app_deployment: {target: aws, type: ecs, clster_size: 1}}",
        "environment: {app_deployment: {target: gcloud, project: 17, zone: a, network: default}}",
        "environment: {app_deployment: {target: azure}}",
        "environment: {app_deployment: {type: ecs}}",
        "environment: {app_deployment: [local]}",
        "environment: {resources: {local: []}}",
        "environment: ",
        "{}",
        "[]",
        "environment: {app_deployment: {target: local}, extra: 1}",
        "environment: {app_deployment: {target: local}, resources: {aws: []}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{resource: {type: mysql}}, {type: redis, name: b}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{resource: {type: redis}, name: b}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{resource: }]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{name: a}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [mysql]}}",
        "environment: {app_deployment: {target: local}, resources: {local: {type: mysql}}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: redis, name: A}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: redis, dbname: x}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, configuration: }]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, configuration: {dbname: 5}}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, configuration: {dbname: }}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, version: 8.0}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, version: \"5.7\"}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, version: 9}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, persistent: false, flags: [a, 1], settings: {a: 1}}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, persistent: \"false\"}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, flags: [[a]]}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, flags: , settings: }]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, settings: {a: [b]}}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, policy: {access: open}}]}}",
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, policy: {access: opened}}]}}",
        "environment: {app_deployment: {target: aws, type: ecs}, resources: {aws: [{type: rds}]}}",
        "environment: {app_deployment: {target: aws, type: ecs}, resources: {aws: [{type: rds, configuration: {engine: oracle}}]}}",
        "environment: {app_deployment: {target: aws, type: ecs}, resources: {aws: [{type: rds, configuration: {engine: mysql}}]}}");

    public static TheoryData<string> Applications => new(
        "app: {image: a, container_port: 80}",
        "app: {image: a, container_port: \"80\"}",
        "app: {image: a, container_port: 0}",
        "app: {image: a, container_port: 80.5}",
        "app: {image: a, container_port: http}",
        "app: {image: a}",
        "app: {image: , container_port: 1}",
        "app: {image: a b, container_port: 1}",
        "app: {image: 5, container_port: 1}",
        "app: {image: [a], container_port: 1}",
        "app: ",
        "app: {image: a, container_port: 1, hostport: 2}",
        "app: {image: a, container_port: 1, host_port: 2, cpu: 512}",
        "app: {image: a, container_port: 1, cpu: 1}",
        "app: {image: a, container_port: 1, env: {A: b, B: 1, C: true, D: \"\"}}",
        "app: {image: a, container_port: 1, env: }",
        "app: {image: a, container_port: 1, env: {A: }}",
        "app: {image: a, container_port: 1, env: {A: [b]}}",
        "app: {image: a, container_port: 1, env: {A-1.b: c}}",
        "app: {image: a, container_port: 1, env: {1A: c}}",
        "app: {image: a, container_port: 1, env: [{name: A, value: b}]}",
        "app: {image: a, container_port: 1, memory: 512M}",
        "app: {image: a, container_port: 1, memory: 512}",
        "app: {image: a, container_port: 1, memory: 5}",
        "app: {image: a, container_port: 1, memory: 1T}",
        "app: {image: a, container_port: 1, command: run it}",
        "app: {image: a, container_port: 1, command: [run, 1]}",
        "app: {image: a, container_port: 1, command: {a: b}}",
        "app: {image: a, container_port: 1, command: }",
        "app: {image: a, container_port: 1, volumes: [\"a:/b\", {name: c, path: /d}]}",
        "app: {image: a, container_port: 1, volumes: [\"/a:/b\"]}",
        "app: {image: a, container_port: 1, volumes: [{name: a}]}",
        "app: {image: a, container_port: 1, volumes: [{name: a, path: b}]}",
        "app: {image: a, container_port: 1, volumes: a}",
        "app: {image: a, container_port: 1, volumes: }",
        "app: {image: a, container_port: 1, health: /x}",
        "app: {image: a, container_port: 1, health: x}",
        "app: {image: a, container_port: 1, health: 5}",
        "app: {image: a, container_port: 1, health: }",
        "app: {image: a, container_port: 1, health: []}",
        "app: {image: a, container_port: 1, health: {path: /x, start_period: 90s}}",
        "app: {image: a, container_port: 1, health: {tcp: true, start_period: 5}}",
        "app: {image: a, container_port: 1, health: {tcp: perhaps}}",
        "app: {image: a, container_port: 1, health: {start_period: 5d}}",
        "app: {image: a, container_port: 1, health: {pth: /x}}",
        "app: {image: a, container_port: 1, health: {port: 5}}",
        "app: {image: a, container_port: 1, health: {command: [a, b]}}",
        "app: {image: a, container_port: 1, health: {command: a b}}",
        "app: {image: a, container_port: 1, health: {port: 0}}",
        "app: {image: a, container_port: 1, health: {command: }}",
        "app: {image: a, container_port: 1, entrypoint: [a], pre_deploy: migrate it}",
        "app: {image: a, container_port: 1, entrypoint: {a: b}}",
        "app: {image: a, container_port: 1, pre_deploy: }",
        "app: {image: a, container_port: 1, replicas: 100, protocol: tcp, drain: 0}",
        "app: {image: a, container_port: 1, drain: 2m}",
        "app: {image: a, container_port: 1, drain: 3601}",
        "app: {image: a, container_port: 1, drain: 2d}",
        "app: {image: a, container_port: 1, replicas: 0}",
        "app: {image: a, container_port: 1, replicas: 101}",
        "app: {image: a, container_port: 1, protocol: udp}",
        "app: {containers: [{name: web, image: a, container_port: 1}]}",
        "app: {containers: [{name: web, image: a, container_port: 1, depends_on: [b]}, {name: b, image: b}], replicas: 3}",
        "app: {containers: [{name: web, image: a, container_port: 1, depends_on: }], host_port: 3, drain: 5, pre_deploy: [a], protocol: http}",
        "app: {containers: [{name: web, image: a, container_port: 1, depends_on: b}]}",
        "app: {containers: [{name: Web, image: a, container_port: 1}]}",
        "app: {containers: [{name: web-, image: a, container_port: 1}]}",
        "app: {containers: [{name: a12345678901234567890, image: a, container_port: 1}]}",
        "app: {containers: [{name: web, container_port: 1}]}",
        "app: {containers: [{image: a, container_port: 1}]}",
        "app: {containers: [{name: web, image: a, container_port: 1, replicas: 2}]}",
        "app: {containers: [{name: web, image: a, container_port: 1}], image: a}",
        "app: {containers: [{name: web, image: a, container_port: 1}], container_port: 1}",
        "app: {image: a, container_port: 1, containers: [{name: web, image: a, container_port: 1}]}",
        "app: {image: a, container_port: 1, depends_on: [a]}",
        "app: {containers: []}",
        "app: {containers: }",
        "app: {containers: {web: {image: a, container_port: 1}}}",
        "{apiVersion: v1, kind: Pod}");

    [Theory]
    [MemberData(nameof(Environments))]
    public Task The_schema_takes_an_environment_if_the_reader_does(string text) =>
        AssertAgreementAsync(text, SchemaWriter.WriteEnvironment(Catalog), DefinitionReader.EnvironmentKind);

    [Theory]
    [MemberData(nameof(Applications))]
    public Task The_schema_takes_an_application_if_the_reader_does(string text) =>
        AssertAgreementAsync(text, SchemaWriter.WriteApplication(), DefinitionReader.ApplicationKind);

    [Fact]
    public void The_tables_have_both_good_and_bad_files()
    {
        Assert.InRange(Environments.Count(row => Reader.Check(row.Data, "x", DefinitionReader.EnvironmentKind).Count == 0), 10, Environments.Count - 10);
        Assert.InRange(Applications.Count(row => Reader.Check(row.Data, "x", DefinitionReader.ApplicationKind).Count == 0), 10, Applications.Count - 10);
    }

    private static async Task AssertAgreementAsync(string text, string schemaText, string kind)
    {
        var schema = await JsonSchema.FromJsonAsync(schemaText, TestContext.Current.CancellationToken);
        var errors = schema.Validate(ToJson(text));
        var problems = Reader.Check(text, "x.yaml", kind);

        Assert.True(
            errors.Count == 0 == (problems.Count == 0),
            $"{text}\nreader: {string.Join("; ", problems)}\nschema: {string.Join("; ", errors.Select(error => error.ToString()))}");
    }

    private static string ToJson(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return Convert(stream.Documents[0].RootNode)?.ToJsonString() ?? "null";
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(
            pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Convert(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Convert)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } plain => plain.Value switch
        {
            null or "" or "null" or "~" => null,
            "true" => true,
            "false" => false,
            var number when long.TryParse(number, CultureInfo.InvariantCulture, out var integer) => integer,
            var number when decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var real) => real,
            var words => words,
        },
        YamlScalarNode quoted => quoted.Value,
        _ => throw new ArgumentException("Not a YAML node.", nameof(node)),
    };
}

using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions;

public sealed class EnvironmentProblemTests
{
    private static readonly DefinitionReader Reader = new(new TestCatalog());

    public static TheoryData<string, string> Table => new()
    {
        {
            "environment:\n  app_deployment:\n    target: aws\n    type: ecs\n    clster_size: 2\n",
            "5:5: environment.app_deployment.clster_size: unknown key 'clster_size' "
            + "(expected one of target, type, cluster_size, instance_type; did you mean cluster_size?)"
        },
        {
            "environment:\n  app_deployment:\n    target: aws\n    type: ecs\n    quux: 2\n",
            "5:5: environment.app_deployment.quux: unknown key 'quux' (expected one of target, type, cluster_size, instance_type)"
        },
        {
            "environment:\n  app_deployment:\n    target: aws\n    type: ecs\n    cluster_size: many\n",
            "5:19: environment.app_deployment.cluster_size: 'many' is not allowed here (expected a whole number from 1 to 100)"
        },
        {
            "environment:\n  app_deployment:\n    target: aws\n    type: ecs\n    cluster_size: 0\n",
            "5:19: environment.app_deployment.cluster_size: '0' is not allowed here (expected a whole number from 1 to 100)"
        },
        {
            "environment:\n  app_deployment:\n    target: aws\n    type: ecs\n    cluster_size: [1]\n",
            "5:19: environment.app_deployment.cluster_size: a list is not allowed here (expected a whole number from 1 to 100)"
        },
        {
            "environment:\n  app_deployment:\n    target: aws\n    type: ecs\n    cluster_size:\n",
            "5:5: environment.app_deployment.cluster_size: has no value (expected a whole number from 1 to 100)"
        },
        {
            "environment:\n  app_deployment:\n    target: aws\n",
            "2:3: environment.app_deployment.type: the key 'type' is missing (expected one of ecs, eks)"
        },
        {
            "environment:\n  app_deployment:\n    target: aws\n    tpye: ecs\n",
            "4:5: environment.app_deployment.tpye: unknown key 'tpye' (expected type; did you mean type?)"
        },
        {
            "environment:\n  app_deployment:\n    target: aws\n    tpye: ecs\n    clster_size: 2\n",
            "4:5: environment.app_deployment.tpye: unknown key 'tpye' (expected type; did you mean type?)\n"
            + "5:5: environment.app_deployment.clster_size: unknown key 'clster_size' "
            + "(expected one of target, type, cluster_size, instance_type; did you mean cluster_size?)"
        },
        {
            "environment:\n  app_deployment:\n    type: ecs\n",
            "2:3: environment.app_deployment.target: the key 'target' is missing (expected one of aws, gcloud, local)"
        },
        {
            "environment:\n  resources:\n",
            "1:1: environment.app_deployment: the key 'app_deployment' is missing (expected a mapping with the key target)"
        },
        {
            "environment:\n",
            "1:1: environment.app_deployment: the key 'app_deployment' is missing (expected a mapping with the key target)"
        },
        {
            "environment:\n  app_deployment: {target: locl}\n",
            "2:28: environment.app_deployment.target: there is no cloud 'locl' (expected one of aws, gcloud, local; did you mean local?)"
        },
        {
            "environment:\n  app_deployment: {target: azure}\n",
            "2:28: environment.app_deployment.target: there is no cloud 'azure' (expected one of aws, gcloud, local)"
        },
        {
            "environment:\n  app_deployment: {target: aws, type: esc}\n",
            "2:39: environment.app_deployment.type: there is no container orchestration engine on aws 'esc' "
            + "(expected one of ecs, eks; did you mean ecs?)"
        },
        {
            "environment:\n  app_deployment: {target: local, target: local}\n",
            "2:35: environment.app_deployment.target: the key 'target' is there already, on line 2"
        },
        {
            "environment:\n  app_deployment: {target: local}\nenvironment: {}\n",
            "3:1: environment: the key 'environment' is there already, on line 1\n"
            + "3:1: environment.app_deployment: the key 'app_deployment' is missing (expected a mapping with the key target)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    aws:\n      - {type: rds, configuration: {engine: mysql}}\n",
            "4:5: environment.resources.aws: resources on aws in an environment whose target is local (expected local)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    lcoal: []\n",
            "4:5: environment.resources.lcoal: unknown key 'lcoal' (expected one of aws, gcloud, local; did you mean local?)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    local:\n      - type: mysqll\n",
            "5:15: environment.resources.local[0].type: there is no resource type on local 'mysqll' "
            + "(expected one of mysql, redis; did you mean mysql?)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    local:\n      - resource:\n          name: a\n",
            "5:9: environment.resources.local[0].resource.type: the key 'type' is missing (expected one of mysql, redis)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    local:\n      - resource:\n        type: mysql\n",
            "6:9: environment.resources.local[0]: the keys below 'resource:' stand beside it (expected them two more spaces to the right)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    local:\n      resource:\n        type: mysql\n",
            "5:7: environment.resources.local: a mapping is not allowed here (expected a list)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    local:\n      - {type: redis, name: Big-One}\n",
            "5:29: environment.resources.local[0].name: 'Big-One' is not allowed here "
            + "(expected lower-case letters and digits, a letter first, at most 20)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    local:\n      - type: redis\n      - type: redis\n",
            "6:9: environment.resources.local[1]: another redis without a name (expected a name that no other of the type has)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    local:\n      - {type: redis, name: a}\n"
            + "      - resource: {type: redis, name: a}\n",
            "6:39: environment.resources.local[1]: another redis named 'a' (expected a name that no other of the type has)"
        },
        {
            "environment:\n  app_deployment: {target: aws, type: ecs}\n  resources:\n    aws:\n      - resource:\n          type: rds\n",
            "5:9: environment.resources.aws[0].resource.configuration: the key 'configuration' is missing (expected a mapping with engine)"
        },
        {
            "environment:\n  app_deployment: {target: aws, type: ecs}\n  resources:\n    aws:\n"
            + "      - type: rds\n        configuration: {engine: mysq, flavr: big}\n        policy: {access: closed}\n",
            "6:33: environment.resources.aws[0].configuration.engine: 'mysq' is not allowed here "
            + "(expected one of mysql, postgres; did you mean mysql?)\n"
            + "6:39: environment.resources.aws[0].configuration.flavr: unknown key 'flavr' "
            + "(expected one of engine, flavor, dbname; did you mean flavor?)\n"
            + "7:26: environment.resources.aws[0].policy.access: 'closed' is not allowed here (expected open or a CIDR)"
        },
        {
            "environment:\n  app_deployment: {target: local}\n  resources:\n    local:\n"
            + "      - {type: mysql, persistent: \"yes\", flags: all, settings: [a]}\n",
            "5:35: environment.resources.local[0].persistent: 'yes' is not allowed here (expected true or false)\n"
            + "5:49: environment.resources.local[0].flags: 'all' is not allowed here (expected a list)\n"
            + "5:64: environment.resources.local[0].settings: a list is not allowed here (expected a mapping from names to texts)"
        },
        {
            "enviroment:\n  app_deployment: {target: local}\n",
            "1:1: enviroment: unknown key 'enviroment' (expected environment; did you mean environment?)"
        },
        { "- a\n- b\n", "1:1: a list is not allowed here (expected a mapping with environment)" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_problem_has_its_place_its_path_and_what_is_right(string text, string expected)
    {
        var problems = Reader.Check(text, "e.yaml", DefinitionReader.EnvironmentKind);

        Assert.Equal(
            expected.Split('\n').Select(line => $"e.yaml:{line}").Order(), problems.Select(problem => problem.ToString()).Order());
    }

    [Fact]
    public void All_problems_come_at_once_and_in_the_order_of_the_file()
    {
        var text = """
            environment:
              app_deployment:
                target: awss
                clster_size: 2
                type: ecs
              resources:
                aws:
                  - resource:
                      type: rds
                      configuration:
                        engine: oracle
                        engine: mysql
                  - resource: {type: s3}
              extra: 1
            """;

        var thrown = Assert.Throws<InvalidDefinitionException>(() => Reader.ReadEnvironment(text, "e.yaml"));

        Assert.Equal(
            [
                (3, "environment.app_deployment.target"),
                (4, "environment.app_deployment.clster_size"),
                (11, "environment.resources.aws[0].resource.configuration.engine"),
                (12, "environment.resources.aws[0].resource.configuration.engine"),
                (13, "environment.resources.aws[1].resource.type"),
                (14, "environment.extra"),
            ],
            thrown.Problems.Select(problem => (problem.Line, problem.Path)));
        Assert.Equal(thrown.Message.Split('\n'), thrown.Problems.Select(problem => problem.ToString()));
    }
}

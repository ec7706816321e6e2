using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions;

public sealed class BindingTests
{
    private const string OneOfEach =
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql}, {type: redis, name: cache}]}}";

    private const string SeveralDatabases =
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql, name: orders}, {type: mysql, name: users}]}}";

    private const string MainDatabaseAndAnother =
        "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql}, {type: mysql, name: orders}]}}";

    private const string OlderCloud =
        "environment: {app_deployment: {target: aws, type: ecs}, resources: {aws: [{type: rds, configuration: {engine: mysql}}]}}";

    private static readonly TestCatalog Catalog = new();
    private static readonly DefinitionReader Reader = new(Catalog);

    [Theory]
    [InlineData(OneOfEach, "$CLOUDARK_MYSQL_DBHOST", "<mysql DBHOST>")]
    [InlineData(OneOfEach, "$CAASTLE_MYSQL_Root_Password", "<mysql Root_Password>")]
    [InlineData(OneOfEach, "${CAASTLE_MYSQL_Root_Password}_x", "<mysql Root_Password>_x")]
    [InlineData(OneOfEach, "$CAASTLE_mysql_DBName", "<mysql DBName>")]
    [InlineData(OneOfEach, "mysql://$CLOUDARK_MYSQL_Username:$CAASTLE_MYSQL_Password@$CLOUDARK_MYSQL_Address:${CAASTLE_MYSQL_Port}/x",
        "mysql://<mysql Username>:<mysql Password>@<mysql Address>:<mysql Port>/x")]
    [InlineData(OneOfEach, "$CAASTLE_REDIS_Port$CAASTLE_REDIS_CACHE_Port", "<redis.cache Port><redis.cache Port>")]
    [InlineData(OneOfEach, "$CAASTLE_LOCAL_DOCKER_Network", "< Network>")]
    [InlineData(OneOfEach, "${CAASTLE_LOCAL-DOCKER_Network}", "< Network>")]
    [InlineData(OneOfEach, "$$CAASTLE_MYSQL_Port $$", "$CAASTLE_MYSQL_Port $")]
    [InlineData(OneOfEach, "$$$CAASTLE_MYSQL_Port", "$<mysql Port>")]
    [InlineData(OneOfEach, "$HOME ${HOME} $ $1 a$", "$HOME ${HOME} $ $1 a$")]
    [InlineData(OneOfEach, "", "")]
    [InlineData(SeveralDatabases, "$CAASTLE_MYSQL_ORDERS_Address,$CAASTLE_MYSQL_users_Root_Password", "<mysql.orders Address>,<mysql.users Root_Password>")]
    [InlineData(MainDatabaseAndAnother, "$CAASTLE_MYSQL_Url $CAASTLE_MYSQL_ORDERS_Url", "<mysql Url> <mysql.orders Url>")]
    [InlineData(OlderCloud, "$CLOUDARK_RDS_sql-security-group-name-$CLOUDARK_RDS_vpc_id", "<rds sql-security-group-name>-<rds vpc_id>")]
    [InlineData(OlderCloud, "$CLOUDARK_RDS_Address-backup.$CLOUDARK_ECS_Cluster", "<rds Address>-backup.< Cluster>")]
    public void A_binding_is_replaced_wherever_it_stands(string environment, string raw, string resolved)
    {
        Assert.Empty(Problems(environment, raw));
        Assert.Equal(resolved, Resolve(environment, raw).Reveal());
    }

    [Theory]
    [InlineData("$CAASTLE_MYSQL_Password", true)]
    [InlineData("u:$CAASTLE_MYSQL_Username p:$CAASTLE_MYSQL_Root_Password", true)]
    [InlineData("$CAASTLE_MYSQL_Username", false)]
    [InlineData("$$CAASTLE_MYSQL_Password", false)]
    public void A_value_is_secret_as_soon_as_a_part_of_it_is(string raw, bool secret) =>
        Assert.Equal(secret, Resolve(OneOfEach, raw).IsSecret);

    [Theory]
    [InlineData(OneOfEach, "x $CAASTLE_MYSQL_Adress",
        "mysql has no attribute 'Adress' (expected one of Username, Password, Root_Password, DBName, DBHOST, Address, Port, Url; "
        + "did you mean $CAASTLE_MYSQL_Address?)")]
    [InlineData(OneOfEach, "${CLOUDARK_mysql_address}",
        "mysql has no attribute 'address' (expected one of Username, Password, Root_Password, DBName, DBHOST, Address, Port, Url; "
        + "did you mean ${CLOUDARK_MYSQL_Address}?)")]
    [InlineData(OneOfEach, "$CAASTLE_MYSQL_Address2",
        "mysql has no attribute 'Address2' (expected one of Username, Password, Root_Password, DBName, DBHOST, Address, Port, Url; "
        + "did you mean $CAASTLE_MYSQL_Address?)")]
    [InlineData(OneOfEach, "$CAASTLE_REDIS",
        "redis has no attribute '' (expected one of Address, Port)")]
    [InlineData(OneOfEach, "$CAASTLE_MYSLQ_Port",
        "$CAASTLE_MYSLQ_Port names nothing that the environment has (expected one of local-docker, mysql, redis; "
        + "did you mean $CAASTLE_MYSQL_Port?)")]
    [InlineData(OneOfEach, "$CLOUDARK_RDS_MasterUsername",
        "$CLOUDARK_RDS_MasterUsername names nothing that the environment has (expected one of local-docker, mysql, redis)")]
    [InlineData(OneOfEach, "${CAASTLE_MYSQL_Port",
        "the brace of ${CAASTLE_MYSQL_Port is not closed (expected ${CAASTLE_MYSQL_Port})")]
    [InlineData(SeveralDatabases, "$CAASTLE_MYSQL_Port",
        "$CAASTLE_MYSQL_Port could be any of several resources of the type mysql "
        + "(expected one of $CAASTLE_MYSQL_ORDERS_Port, $CAASTLE_MYSQL_USERS_Port)")]
    [InlineData(SeveralDatabases, "$CAASTLE_MYSQL_ORDRES_Port",
        "mysql has no attribute 'ORDRES_Port' (expected one of Username, Password, Root_Password, DBName, DBHOST, Address, Port, Url; "
        + "did you mean $CAASTLE_MYSQL_ORDERS_Port?)")]
    public void A_binding_that_cannot_be_has_its_place_and_what_there_is(string environment, string raw, string expected)
    {
        var problem = Assert.Single(Problems(environment, raw));

        Assert.Equal($"a.yaml:5:12: app.env.VALUE: {expected}", problem.ToString());
        Assert.Throws<ArgumentException>(() => Resolve(environment, raw));
    }

    [Fact]
    public void A_name_that_reads_like_an_attribute_is_a_problem_only_where_it_is_used()
    {
        const string environment =
            "environment: {app_deployment: {target: local}, resources: {local: [{type: mysql}, {type: mysql, name: root}]}}";

        Assert.Equal("<mysql.root Port>", Resolve(environment, "$CAASTLE_MYSQL_ROOT_Port").Reveal());
        Assert.Equal(
            "$CAASTLE_MYSQL_Root_Password can be read in several ways", Assert.Single(Problems(environment, "$CAASTLE_MYSQL_Root_Password")).Message);
    }

    [Fact]
    public void Every_problem_of_every_variable_is_found()
    {
        var application = Reader.ReadApplication(
            "app:\n  image: a\n  container_port: 1\n  env:\n    A: $CAASTLE_MYSQL_X $CAASTLE_Y_Z\n    B: ok\n    C: \"$CAASTLE_Q_R\"\n", "a.yaml", "shop");

        var problems = new BindingResolver(Reader.ReadEnvironment(OneOfEach, "e.yaml"), Catalog).Check(application, "a.yaml");

        Assert.Equal([(5, 8, "app.env.A"), (5, 8, "app.env.A"), (7, 8, "app.env.C")], problems.Select(problem => (problem.Line, problem.Column, problem.Path)));
    }

    [Fact]
    public void A_problem_says_in_which_container_it_is()
    {
        const string several = """
            app:
              containers:
                - {name: web, image: a, container_port: 1, depends_on: [cache], env: {A: $CAASTLE_X_Y}}
                - {name: cache, image: b, env: {B: $CAASTLE_X_Y}}
            """;
        const string compose = """
            services:
              web:
                image: a
                ports: ["80"]
                environment: [A=$CAASTLE_X_Y]
            """;

        Assert.Equal(["3:78 app.containers[0].env.A", "4:40 app.containers[1].env.B"], Places(several));
        Assert.Equal(["5:19 services.web.environment.A"], Places(compose));

        static IEnumerable<string> Places(string text) =>
            new BindingResolver(Reader.ReadEnvironment(OneOfEach, "e.yaml"), Catalog).Check(Reader.ReadApplication(text, "a.yaml", "shop"), "a.yaml")
                .Select(problem => $"{problem.Line}:{problem.Column} {problem.Path}");
    }

    [Fact]
    public void Text_between_bindings_is_never_changed_and_every_spelling_of_a_binding_means_the_same()
    {
        var random = new Random(1);
        string[] bindings =
        [
            "MYSQL_ORDERS_Address", "mysql_Orders_Root_Password", "MYSQL_USERS_Port", "LOCAL_DOCKER_Network",
        ];
        string[] values = ["<mysql.orders Address>", "<mysql.orders Root_Password>", "<mysql.users Port>", "< Network>"];
        string[] texts = [" ", "/", "@", "-x", ":", "é", "", "}", "{", "$ ", "$HOME ", "CAASTLE_", ".MYSQL_", "\n"];
        for (var round = 0; round < 2_000; round++)
        {
            var (raw, expected) = ("", "");
            for (var piece = random.Next(1, 8); piece > 0; piece--)
            {
                var (binding, text) = (random.Next(bindings.Length), texts[random.Next(texts.Length)]);
                var prefix = random.Next(2) == 0 ? "CAASTLE_" : "CLOUDARK_";
                switch (random.Next(3))
                {
                    case 0: (raw, expected) = ($"{raw}${{{prefix}{bindings[binding]}}}{text}", expected + values[binding] + text); break;
                    case 1: (raw, expected) = ($"{raw}${prefix}{bindings[binding]}/{text}", $"{expected}{values[binding]}/{text}"); break;
                    default: (raw, expected) = ($"{raw}$${prefix}{bindings[binding]}{text}", $"{expected}${prefix}{bindings[binding]}{text}"); break;
                }
            }

            Assert.Equal(expected, Resolve(SeveralDatabases, raw).Reveal());
        }
    }

    private static IReadOnlyList<DefinitionProblem> Problems(string environment, string raw)
    {
        var text = $"app:\n  image: a\n  container_port: 1\n  env:\n    VALUE: '{raw}'\n";
        return new BindingResolver(Reader.ReadEnvironment(environment, "e.yaml"), Catalog).Check(Reader.ReadApplication(text, "a.yaml", "shop"), "a.yaml");
    }

    private static Value Resolve(string environment, string raw) =>
        new BindingResolver(Reader.ReadEnvironment(environment, "e.yaml"), Catalog)
            .Resolve(raw, (part, name) => name.Contains("Password") ? Value.Hidden($"<{part} {name}>") : Value.Plain($"<{part} {name}>"));
}

using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions.Compose;

public sealed class ComposeReadingTests
{
    private static readonly DefinitionReader Reader = new(new TestCatalog());

    [Fact]
    public void A_counter_that_is_built_and_its_redis()
    {
        var application = Read("""
            services:
              web:
                build: .
                ports:
                  - "8000:5000"
              redis:
                image: "redis:alpine"
            """);

        Assert.Equal(("web", 5000, 8000), (application.Exposed, application.ContainerPort, application.HostPort));
        Assert.Equal((1, ApplicationProtocol.Http, TimeSpan.FromSeconds(30)), (application.Replicas, application.Protocol, application.Drain));
        Assert.Empty(application.PreDeploy);
        var (web, redis) = (application.Containers[0], application.Containers[1]);
        Assert.Equal(("shop-web", new ContainerBuild(".", "Dockerfile")), (web.Image, web.Build));
        Assert.Equal(("redis:alpine", null), (redis.Image, redis.Build));
        Assert.Equal(["web"], application.Built.Select(container => container.Name));
        Assert.Equal((new HealthCheck(TimeSpan.FromMinutes(2)) { Port = 5000 }, null), (web.Health, redis.Health));
        Assert.Equal((1024, null), (web.MemoryMegabytes, web.CpuShares));
    }

    [Fact]
    public void A_blog_and_its_database()
    {
        var application = Read("""
            version: '3.8'
            name: blog

            services:
              wordpress:
                depends_on:
                  - db
                image: wordpress:latest
                ports:
                  - target: 80
                    published: "8080"
                    protocol: tcp
                    mode: ingress
                restart: always
                environment:
                  WORDPRESS_DB_HOST: db:3306
                  WORDPRESS_DB_USER: wordpress
                  WORDPRESS_DB_PASSWORD: pa$$word
                  WORDPRESS_DEBUG: 1
                volumes:
                  - wordpress_data:/var/www/html:rw

              db:
                image: mysql:8.4
                volumes:
                  - type: volume
                    source: db_data
                    target: /var/lib/mysql
                restart: unless-stopped
                command: '--mysql-native-password=ON --character-set-server="utf8mb4"'
                expose: [3306, "33060/tcp"]
                environment:
                  - MYSQL_ROOT_PASSWORD=some=word press
                  - MYSQL_DATABASE=wordpress
                  - MYSQL_EMPTY=
                mem_limit: 512m
                cpus: 0.5

            volumes:
              db_data:
              wordpress_data: {driver: local}
            """);

        Assert.Equal(["db", "wordpress"], application.Containers.Select(container => container.Name));
        Assert.Equal(("wordpress", 80, 8080), (application.Exposed, application.ContainerPort, application.HostPort));
        var (db, wordpress) = (application.Containers[0], application.Containers[1]);
        Assert.Equal(["db"], wordpress.After);
        Assert.Equal([new VolumeMount("wordpress-data", "/var/www/html")], wordpress.Volumes);
        Assert.Equal([new VolumeMount("db-data", "/var/lib/mysql")], db.Volumes);
        Assert.Equal(["--mysql-native-password=ON", "--character-set-server=utf8mb4"], db.Command);
        Assert.Equal((512, 512), (db.MemoryMegabytes, db.CpuShares));
        Assert.Equal(
            [("MYSQL_ROOT_PASSWORD", "some=word press"), ("MYSQL_DATABASE", "wordpress"), ("MYSQL_EMPTY", "")],
            db.Variables.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(("pa$$word", "1"), (wordpress.Variables["WORDPRESS_DB_PASSWORD"], wordpress.Variables["WORDPRESS_DEBUG"]));
        Assert.Equal("services.wordpress.environment", wordpress.VariablesPath);
        Assert.Equal(new SourcePosition(16, 26), wordpress.VariablePositions["WORDPRESS_DB_HOST"]);
        Assert.Equal(new SourcePosition(33, 9), db.VariablePositions["MYSQL_ROOT_PASSWORD"]);
    }

    [Fact]
    public void A_shop_with_anchors_merge_keys_and_extensions()
    {
        var application = Read("""
            x-logging: &logging
              driver: ${UNKNOWN}
            x-environment: &environment
              DATABASE_URL: $CAASTLE_POSTGRES_Url
              RAILS_ENV: production
            x-app: &app
              image: shop
              restart: unless-stopped
              x-anything: *logging
              environment: *environment
              depends_on: &waiting
                cache: {condition: service_healthy, restart: true, required: true}
              deploy:
                resources:
                  limits: {cpus: "1.5", memory: 1.5gb}

            services:
              web:
                <<: *app
                command: ["bundle", "exec", "puma", "-p", "3000"]
                environment:
                  <<: *environment
                  ROLE: web
                ports: ["3000"]
                depends_on:
                  <<: *waiting
                  worker:
                    condition: service_started
              worker:
                <<: [*app, {command: bundle exec sidekiq}]
                environment: {<<: *environment, RAILS_ENV: work}
              cache:
                image: redis:8
                entrypoint: ["docker-entrypoint.sh"]
                command: redis-server --requirepass "$$SECRET"
                healthcheck:
                  test: ["CMD", "redis-cli", "ping"]
                  interval: 5s
                  timeout: 3s
                  retries: 5
                  start_period: 10s
                  x-note: asked often
            """);

        Assert.Equal(["cache", "worker", "web"], application.Containers.Select(container => container.Name));
        var (cache, worker, web) = (application.Containers[0], application.Containers[1], application.Containers[2]);
        Assert.Equal(["worker", "cache"], web.After);
        Assert.Equal(["bundle", "exec", "puma", "-p", "3000"], web.Command);
        Assert.Equal(["bundle", "exec", "sidekiq"], worker.Command);
        Assert.Equal(("shop", "shop"), (web.Image, worker.Image));
        Assert.Equal("DATABASE_URL=$CAASTLE_POSTGRES_Url RAILS_ENV=production ROLE=web", Variables(web));
        Assert.Equal("DATABASE_URL=$CAASTLE_POSTGRES_Url RAILS_ENV=work", Variables(worker));
        Assert.Equal((1536, 1536), (worker.MemoryMegabytes, worker.CpuShares));
        Assert.Equal(["docker-entrypoint.sh"], cache.Entrypoint);
        Assert.Equal(["redis-server", "--requirepass", "$SECRET"], cache.Command);
        Assert.Equal(["redis-cli", "ping"], cache.Health!.Command);
        Assert.Equal((3000, null), (application.ContainerPort, application.HostPort));

        static string Variables(ApplicationContainerDefinition container) =>
            string.Join(' ', container.Variables.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Theory]
    [InlineData("\"80\"", 80, null)]
    [InlineData("80", 80, null)]
    [InlineData("8080:80", 80, 8080)]
    [InlineData("\"8080:80/tcp\"", 80, 8080)]
    [InlineData("{target: 80}", 80, null)]
    [InlineData("{target: 80, published: 8080}", 80, 8080)]
    public void A_port_is_published_anywhere_or_where_it_says(string written, int target, int? published)
    {
        var application = Read($"services: {{web: {{image: a, ports: [{written}]}}}}");

        Assert.Equal((target, published), (application.ContainerPort, application.HostPort));
    }

    [Theory]
    [InlineData("{target: 80, app_protocol: tcp}", ApplicationProtocol.Tcp)]
    [InlineData("{target: 80, app_protocol: http}", ApplicationProtocol.Http)]
    [InlineData("80", ApplicationProtocol.Http)]
    public void A_port_tells_its_protocol(string written, ApplicationProtocol protocol) =>
        Assert.Equal(protocol, Read($"services: {{web: {{image: a, ports: [{written}]}}}}").Protocol);

    [Theory]
    [InlineData("./web", "./web", "Dockerfile")]
    [InlineData("{context: ./web}", "./web", "Dockerfile")]
    [InlineData("{context: ., dockerfile: docker/Dockerfile.web}", ".", "docker/Dockerfile.web")]
    [InlineData("{dockerfile: Containerfile}", ".", "Containerfile")]
    public void A_service_is_built_from_a_folder(string written, string context, string dockerfile)
    {
        var container = Assert.Single(Read($"services: {{web: {{build: {written}, ports: [80]}}}}").Containers);

        Assert.Equal(("shop-web", new ContainerBuild(context, dockerfile)), (container.Image, container.Build));
    }

    [Theory]
    [InlineData("[CMD, curl, -f, \"http://localhost\"]", "curl|-f|http://localhost")]
    [InlineData("[CMD-SHELL, \"pg_isready -U $$USER\"]", "/bin/sh|-c|pg_isready -U $USER")]
    [InlineData("pg_isready && echo yes", "/bin/sh|-c|pg_isready && echo yes")]
    public void A_test_is_a_command_or_a_line_for_the_shell(string test, string words)
    {
        var containers = Read($"services: {{db: {{image: a, healthcheck: {{test: {test}}}}}, web: {{image: b, ports: [80], healthcheck: {{test: {test}}}}}}}")
            .Containers;

        Assert.All(containers, container => Assert.Equal(words.Split('|'), container.Health!.Command));
        Assert.All(containers, container => Assert.Equal((null, null), (container.Health!.Path, container.Health.Port)));
    }

    [Theory]
    [InlineData("test: [NONE]")]
    [InlineData("test: NONE")]
    [InlineData("disable: true")]
    [InlineData("disable: true, test: [NONE]")]
    public void Without_a_test_a_service_is_content_to_run_and_the_one_that_takes_requests_to_be_connected_to(string healthcheck)
    {
        var containers = Read($"services: {{db: {{image: a, healthcheck: {{{healthcheck}}}}}, web: {{image: b, ports: [80], healthcheck: {{{healthcheck}}}}}}}")
            .Containers;

        Assert.Equal((null, new HealthCheck(TimeSpan.FromMinutes(2)) { Port = 80 }), (containers[0].Health, containers[1].Health));
    }

    [Theory]
    [InlineData("", 180)]
    [InlineData(", interval: 5s, timeout: 3s, retries: 5", 120)]
    [InlineData(", interval: 1m30s, timeout: 10s, retries: 3, start_period: 40s", 340)]
    [InlineData(", interval: 500ms, timeout: 1s, retries: 2, start_period: 1h", 3603)]
    [InlineData(", interval: 1h, retries: 100", 86400)]
    public void A_check_may_fail_as_long_as_Compose_would_let_it_but_never_shorter_than_usual(string times, int seconds)
    {
        var application = Read($"services: {{web: {{image: b, ports: [80], healthcheck: {{test: x{times}}}}}}}");

        Assert.Equal(TimeSpan.FromSeconds(seconds), application.Containers[0].Health!.StartPeriod);
    }

    [Theory]
    [InlineData("mem_limit: 64m", 64, null)]
    [InlineData("mem_limit: 1g", 1024, null)]
    [InlineData("mem_limit: 2GB", 2048, null)]
    [InlineData("mem_limit: 134217728", 128, null)]
    [InlineData("mem_limit: 134217729b", 129, null)]
    [InlineData("mem_limit: 100000k", 98, null)]
    [InlineData("cpus: 2", 1024, 2048)]
    [InlineData("cpus: \"0.25\"", 1024, 256)]
    [InlineData("cpus: 0", 1024, null)]
    [InlineData("deploy: {resources: {limits: {memory: 50M, cpus: \"0.5\"}}}", 50, 512)]
    public void Limits_stand_in_the_service_or_below_deploy(string written, int megabytes, int? shares)
    {
        var container = Read($"services: {{web: {{image: b, ports: [80], {written}}}}}").Containers[0];

        Assert.Equal((megabytes, shares), (container.MemoryMegabytes, container.CpuShares));
    }

    [Fact]
    public void Replicas_are_those_that_every_service_asks_for()
    {
        Assert.Equal(3, Read("services: {web: {image: a, ports: [80], deploy: {replicas: 3}}}").Replicas);
        Assert.Equal(2, Read("services: {web: {image: a, ports: [80], deploy: {replicas: 2}}, b: {image: b, deploy: {replicas: 2}}}").Replicas);
    }

    [Fact]
    public void Dollars_are_those_of_Compose()
    {
        var container = Read("""
            services:
              web:
                image: a
                ports: [80]
                command: ["sh", "-c", "echo $$HOME $$$$ $5 a$"]
                environment:
                  URL: mysql://${CAASTLE_MYSQL_Username}@$CLOUDARK_MYSQL_Address/$$x
            """).Containers[0];

        Assert.Equal(["sh", "-c", "echo $HOME $$ $5 a$"], container.Command);
        Assert.Equal("mysql://${CAASTLE_MYSQL_Username}@$CLOUDARK_MYSQL_Address/$$x", container.Variables["URL"]);
    }

    [Fact]
    public void A_name_is_needed_only_where_something_is_built()
    {
        const string text = "services: {web: {build: ., ports: [80]}, job: {image: x}}";

        Assert.Equal(["blog-web", "x"], Reader.ReadApplication(text, "compose.yaml", "blog").Containers.Select(container => container.Image));
        Assert.Empty(Reader.Check(text, "compose.yaml"));
    }

    private static ApplicationDefinition Read(string text) => Reader.ReadApplication(text, "compose.yaml", "shop");
}

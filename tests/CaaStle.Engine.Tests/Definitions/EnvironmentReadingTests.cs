using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions;

public sealed class EnvironmentReadingTests
{
    private static readonly DefinitionReader Reader = new(new TestCatalog());

    [Fact]
    public void An_environment_on_ecs_with_a_database_reads_as_it_always_did()
    {
        var environment = Read("""
            environment:
              resources:
                aws:
                  - resource:
                      type: rds
                      configuration:
                        engine: mysql
                        flavor: db.t1.micro
                        dbname: greetings
                      policy:
                        access: open
              app_deployment:
                target: aws
                type: ecs
                cluster_size: 2
                instance_type: t2.micro
            """);

        Assert.Equal(("aws", "ecs"), (environment.Target, environment.Type));
        Assert.Equal(2, environment.CoeOptions.Integer("cluster_size"));
        Assert.Equal("t2.micro", environment.CoeOptions.Text("instance_type"));
        var database = Assert.Single(environment.Resources);
        Assert.Equal(("rds", "rds", "rds"), (database.Type, database.Name, database.Part));
        Assert.Equal("greetings", database.Options.Text("configuration.dbname"));
        Assert.Equal("open", database.Options.Text("policy.access"));
        Assert.Equal("testuser", database.Options.Text("username"));
        Assert.False(database.Options.Has("password"));
    }

    [Fact]
    public void An_environment_on_gke_with_a_database_reads_as_it_always_did()
    {
        var environment = Read("""
            environment:
              app_deployment:
                target: gcloud
                type: gke
                cluster_size: 1
                instance_type: g1-small
                project: 4711
                zone: us-west1-a
                network: default
              resources:
                gcloud:
                  - resource:
                      type: cloudsql
                      project: my-project
                      zone: us-west1-a
                      username: me
                      password: 12345
                      configuration: {dbname: orders}
                      policy: {access: 10.0.0.0/8}
            """);

        Assert.Equal("4711", environment.CoeOptions.Text("project"));
        Assert.Equal("12345", environment.Resources[0].Options.Text("password"));
        Assert.Equal("10.0.0.0/8", environment.Resources[0].Options.Text("policy.access"));
    }

    [Theory]
    [InlineData("environment:\n  app_deployment:\n    target: local\n")]
    [InlineData("environment:\n  app_deployment:\n    target: local\n    type: local-docker\n")]
    [InlineData("environment:\n  resources:\n  app_deployment: {target: local}\n")]
    [InlineData("environment:\n  resources:\n    local:\n  app_deployment: {target: local}\n")]
    [InlineData("environment: {resources: {local: []}, app_deployment: {target: local}}")]
    [InlineData("\uFEFF---\n# first\nenvironment:\n  app_deployment:\n    target: 'local'\n...\n")]
    public void A_local_environment_needs_no_type_and_no_resources(string text)
    {
        var environment = Read(text);

        Assert.Equal(("local", "local-docker"), (environment.Target, environment.Type));
        Assert.Empty(environment.Resources);
    }

    [Fact]
    public void Resources_may_stand_without_the_wrapper_and_with_names()
    {
        var environment = Read("""
            environment:
              app_deployment: {target: local}
              resources:
                local:
                  - type: mysql
                  - type: mysql
                    name: orders
                  - resource: {type: mysql, name: users2}
                  - type: redis
            """);

        Assert.Equal(["mysql", "mysql.orders", "mysql.users2", "redis"], environment.Resources.Select(resource => resource.Part));
    }

    [Fact]
    public void Options_of_every_type_have_their_values_and_defaults()
    {
        var environment = Read("""
            environment:
              app_deployment: {target: local}
              resources:
                local:
                  - {type: mysql, name: a, version: 5.7, persistent: false, flags: [x, 2], settings: {max_connections: 10}}
                  - {type: mysql, name: b}
            """);

        var (given, defaults) = (environment.Resources[0].Options, environment.Resources[1].Options);
        Assert.Equal("5.7", given.Text("version"));
        Assert.False(given.Boolean("persistent"));
        Assert.Equal(["x", "2"], given.List("flags"));
        Assert.Equal("10", given.Map("settings")["max_connections"]);
        Assert.Equal("8.0", defaults.Text("version"));
        Assert.True(defaults.Boolean("persistent"));
        Assert.Equal(["--skip-name-resolve"], defaults.List("flags"));
        Assert.Empty(defaults.Map("settings"));
        Assert.Equal("testdb", defaults.Text("configuration.dbname"));
    }

    [Fact]
    public void Anchors_aliases_and_merge_keys_are_followed()
    {
        var environment = Read("""
            environment:
              app_deployment: {target: local}
              resources:
                local:
                  - &base
                    type: mysql
                    name: a
                    username: &user me
                    configuration: {dbname: one}
                  - {<<: *base, name: b, password: *user}
            """);

        var copy = environment.Resources[1];
        Assert.Equal("mysql.b", copy.Part);
        Assert.Equal("one", copy.Options.Text("configuration.dbname"));
        Assert.Equal(("me", "me"), (copy.Options.Text("username"), copy.Options.Text("password")));
    }

    private static EnvironmentDefinition Read(string text) => Reader.ReadEnvironment(text, "environment.yaml");
}

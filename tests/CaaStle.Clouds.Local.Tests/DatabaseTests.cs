using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Tests;

public sealed class DatabaseTests
{
    [EngineFact("mariadb:10.11")]
    public async Task MySql_answers_the_bound_user_when_it_is_ready()
    {
        await using var engine = new Engine();

        var outputs = await MakeAsync(engine, "mysql", "orders", "mariadb:10.11", open: true);

        Assert.Equal(("mysql-orders", "3306"), (outputs["Address"].Reveal(), outputs["Port"].Reveal()));
        Assert.Equal(outputs["Address"], outputs["DBHOST"]);
        Assert.True(int.Parse(outputs["HostPort"].Reveal(), null) > 0);
        Assert.Equal(
            $"mysql://testuser:{outputs["Password"].Reveal()}@mysql-orders:3306/testdb", outputs["Url"].Reveal());
        var container = engine.Scope.ObjectName("mysql-orders");
        var made = await engine.ExecAsync(
            container,
            "sh", "-c", $"MYSQL_PWD={outputs["Password"].Reveal()} mariadb -h mysql-orders -u testuser testdb -Nse 'CREATE TABLE t (n INT); SHOW TABLES'");
        var asRoot = await engine.ExecAsync(
            container, "sh", "-c", $"MYSQL_PWD={outputs["Root_Password"].Reveal()} mariadb -h 127.0.0.1 -u root -Nse 'SELECT 1'");
        Assert.Equal((0, "t"), (made.ExitCode, Assert.Single(made.Output)));
        Assert.Equal(0, asRoot.ExitCode);
        await AssertHiddenAsync(engine, container, outputs);
    }

    [EngineFact("postgres:15")]
    public async Task Postgres_answers_the_bound_user_when_it_is_ready()
    {
        await using var engine = new Engine();

        var outputs = await MakeAsync(engine, "postgres", "postgres", "postgres:15");

        Assert.Equal(("postgres", "5432", ""), (outputs["Address"].Reveal(), outputs["Port"].Reveal(), outputs["HostPort"].Reveal()));
        var container = engine.Scope.ObjectName("postgres");
        var made = await engine.ExecAsync(container, "psql", outputs["Url"].Reveal(), "-tAc", "SELECT current_user || '@' || current_database()");
        Assert.Equal((0, "testuser@testdb"), (made.ExitCode, Assert.Single(made.Output)));
        await AssertHiddenAsync(engine, container, outputs);
    }

    [EngineFact("redis:7.0")]
    public async Task Redis_answers_with_its_password_only()
    {
        await using var engine = new Engine();

        var outputs = await MakeAsync(engine, "redis", "redis", "redis:7.0");

        var container = engine.Scope.ObjectName("redis");
        var known = await engine.ExecAsync(container, "redis-cli", "-u", outputs["Url"].Reveal(), "SET", "a", "1");
        var unknown = await engine.ExecAsync(container, "redis-cli", "SET", "a", "2");
        Assert.Contains("OK", known.Output);
        Assert.Contains("NOAUTH", unknown.Output[0], StringComparison.Ordinal);
        await AssertHiddenAsync(engine, container, outputs);
    }

    [EngineFact("redis:7.0")]
    public async Task Data_outlives_the_container()
    {
        await using var engine = new Engine();
        var outputs = await MakeAsync(engine, "redis", "redis", "redis:7.0");
        var container = engine.Scope.ObjectName("redis");
        await engine.ExecAsync(container, "redis-cli", "-u", outputs["Url"].Reveal(), "SET", "a", "kept");

        await engine.Docker.PostAsync($"containers/{container}/restart", body: null, Engine.Cancel);

        Assert.Equal(outputs, await MakeAsync(engine, "redis", "redis", "redis:7.0", outputs["Password"]));
        var answer = await engine.ExecAsync(container, "redis-cli", "-u", outputs["Url"].Reveal(), "GET", "a");
        Assert.Contains("kept", answer.Output);
    }

    [EngineFact("mariadb:10.11")]
    public async Task A_database_that_is_stopped_and_started_again_has_its_data_and_its_address()
    {
        await using var engine = new Engine();
        Value password = new Secret("f4mNq8");
        var outputs = await MakeAsync(engine, "mysql", "mysql", "mariadb:10.11", password, open: true);
        var container = engine.Scope.ObjectName("mysql");
        await QueryAsync("CREATE TABLE t (n INT); INSERT INTO t VALUES (42)");

        Assert.Equal(outputs, await MakeAsync(engine, "mysql", "mysql", "mariadb:10.11", password, open: true, stopped: true));
        await Assert.ThrowsAsync<CloudException>(() => QueryAsync("SELECT n FROM t"));
        Assert.Equal(outputs, await MakeAsync(engine, "mysql", "mysql", "mariadb:10.11", password, open: true));

        Assert.Equal(["42"], await QueryAsync("SELECT n FROM t"));

        async Task<IReadOnlyList<string>> QueryAsync(string sql) => (await engine.ExecAsync(
            container, "sh", "-c", $"MYSQL_PWD={password.Reveal()} mariadb -h mysql -u testuser testdb -Nse '{sql}'")).Output;
    }

    [EngineFact("redis:7.0")]
    public async Task Data_that_is_replaced_is_beside_what_was_there_before()
    {
        await using var engine = new Engine();
        await MakeAsync(engine, "redis", "redis", "redis:7.0", generation: 1);
        await engine.DeleteAsync(new HashSet<string> { "container" });
        await MakeAsync(engine, "redis", "redis", "redis:7.0", generation: 2);

        Assert.Equal(
            new[] { engine.Scope.ObjectName("redis-data-2"), engine.Scope.ObjectName("redis-data") }.Order(),
            (await engine.Cloud.FindMarkedAsync("local-tests", engine.Scope.Id, Engine.Cancel))
                .Where(marked => marked.Key == "volume").Select(marked => marked.Name).Order());
    }

    private static async Task<IReadOnlyDictionary<string, Value>> MakeAsync(
        Engine engine,
        string type,
        string name,
        string image,
        Value? password = null,
        bool open = false,
        bool stopped = false,
        int generation = 1)
    {
        var resource = engine.Cloud.Resources.Single(resource => resource.Descriptor.Type == type);
        var options = resource.Descriptor.Options
            .Where(option => option.Default is not null)
            .ToDictionary(option => option.Name, object (option) => option.Default!);
        options["configuration.image"] = image;
        if (open)
        {
            options["policy.access"] = "open";
        }

        var plan = new Blueprint();
        resource.Plan(new(engine.Scope, name, new Options(options), stopped, generation), plan);
        var outputs = await engine.MakeAsync(plan, password?.Reveal());

        Assert.Equal(resource.Descriptor.Outputs.Select(output => output.Name).Order(), outputs.Keys.Order());
        Assert.Equal(
            resource.Descriptor.Outputs.Where(output => output.Secret).Select(output => output.Name).Order(),
            outputs.Where(output => output.Value.IsSecret).Select(output => output.Key).Order());
        return outputs;
    }

    /// <summary>A container's environment is the one place where a password may be read, by whoever may use Docker anyway.</summary>
    private static async Task AssertHiddenAsync(Engine engine, string container, IReadOnlyDictionary<string, Value> outputs)
    {
        var inspection = await engine.Docker.GetAsync<System.Text.Json.Nodes.JsonObject>($"containers/{container}/json", Engine.Cancel);
        inspection["Config"]!.AsObject().Remove("Env");
        var processes = await engine.Docker.GetAsync<System.Text.Json.Nodes.JsonObject>($"containers/{container}/top", Engine.Cancel);
        var password = outputs["Password"].Reveal();
        Assert.DoesNotContain(password, inspection.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(password, processes.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Log.Lines, line => line.Contains(password, StringComparison.Ordinal));
    }
}

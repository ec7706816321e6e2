using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

/// <summary>The other examples, as their descriptions say.</summary>
public sealed class ExampleTests
{
    [Fact]
    public Task Postgres_keeps_notes() => RunAsync("postgres", "notes", async installation =>
    {
        var url = (await installation.ShowApplicationAsync()).Outputs.Single(output => output.Name == "Url").Value;
        using var http = new HttpClient();
        using var note = new StringContent("buy milk");
        using var answer = await http.PostAsync(url, note);
        Assert.Equal("note 1\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal("1: buy milk\n", await installation.AskApplicationAsync());
    });

    [Fact]
    public Task Redis_counts_visits() => RunAsync("redis", "visits", async installation =>
    {
        Assert.Equal("You are visitor 1.\n", await installation.AskApplicationAsync());
        Assert.Equal("You are visitor 2.\n", await installation.AskApplicationAsync());
    });

    [Fact]
    public Task Replicas_answer_in_turn() => RunAsync("replicas", "whoami", async installation =>
    {
        var (answers, url) = (new HashSet<string>(), await installation.ApplicationUrlAsync());
        for (var request = 0; request < 20; request++)
        {
            using var http = new HttpClient();
            answers.Add(await http.GetStringAsync(url));
        }

        Assert.Equal(2, answers.Count);
        await installation.DoAsync("app", "scale", installation.Application, "3");
        Assert.Equal(3, (await installation.ShowApplicationAsync()).Replicas);
    });

    [Fact]
    public Task A_migration_runs_before_the_application_starts() => RunAsync("migration", "tasks", async installation =>
    {
        Assert.Equal("1: write the first migration\n", await installation.AskApplicationAsync());
        var again = await installation.DoAsync("app", "run", installation.Application, "--", "python3", "/tasks.py", "migrate");
        Assert.Empty(again.Output);
        await installation.ExpectAsync(3, "app", "run", installation.Application, "--", "sh", "-c", "echo no && exit 3");

        var failing = (await File.ReadAllTextAsync(Repository.Example("migration/tasks.yaml")))
            .Replace("python3 -u /tasks.py migrate", "sh -c 'echo it fails; exit 5'");
        await installation.ExpectAsync(7, "app", "redeploy", installation.Application, installation.Write("failing.yaml", failing));
        Assert.Equal("1: write the first migration\n", await installation.AskApplicationAsync());
    });

    [Fact]
    public async Task A_Compose_file_is_an_application()
    {
        await using var installation = new Installation();
        await installation.DoAsync("env", "create", installation.Environment, Repository.Example("compose/environment.yaml"));
        var deployed = await installation.DoAsync(
            "app", "deploy", installation.Application, installation.Environment, Repository.Example("compose/docker-compose.yaml"), "-o", "json");
        Assert.StartsWith("{", deployed.Output);
        Assert.Equal("Visit number 1.\n", await installation.AskApplicationAsync());
        Assert.Equal("Visit number 2.\n", await installation.AskApplicationAsync());
        await installation.DoAsync("app", "redeploy", installation.Application, Repository.Example("compose/docker-compose.yaml"));
        Assert.Equal("Visit number 1.\n", await installation.AskApplicationAsync());
        await DeleteAsync(installation, $"{installation.Application}-web");
    }

    [Fact]
    public async Task A_task_definition_of_ECS_is_an_application()
    {
        await using var installation = new Installation();
        await installation.DoAsync("env", "create", installation.Environment, Repository.Example("task-definition/environment.yaml"));
        await installation.DoAsync("container", "create", "visits", "local", "--context", Repository.Example("compose/web"));
        await installation.DoAsync(
            "app", "deploy", installation.Application, installation.Environment, Repository.Example("task-definition/task.json"));
        Assert.Equal("Visit number 1.\n", await installation.AskApplicationAsync());
        Assert.Equal("Visit number 2.\n", await installation.AskApplicationAsync());
        await DeleteAsync(installation, "visits");
    }

    [Fact]
    public async Task The_simulated_cloud_fails_as_it_is_told_to_and_nothing_is_left()
    {
        await using var installation = new Installation();
        var failed = await installation.ExpectAsync(7, "env", "create", installation.Environment, Repository.Example("simulated/failing.yaml"));
        Assert.Contains("insufficient capacity in zone b", failed.Error + failed.Output);
        Assert.Contains("nothing is left", failed.Error + failed.Output);

        await installation.DoAsync("env", "create", installation.Environment, Repository.Example("simulated/environment.yaml"));
        await installation.DoAsync(
            "app", "deploy", installation.Application, installation.Environment, Repository.Example("simulated/shop.yaml"));
        await installation.StopServerAsync("KILL");
        await installation.DoAsync("env", "drift", installation.Environment);

        await installation.DoAsync("app", "delete", installation.Application, "--yes");
        await installation.DoAsync("env", "delete", installation.Environment, "--yes");
        Assert.DoesNotContain("simulated/", (await installation.CldAsync("doctor", "--orphans")).Output);
    }

    [Theory]
    [InlineData("environment-local.yaml", 0)]
    [InlineData("environment-local-untyped.yaml", 0)]
    [InlineData("environment-local-mysql.yaml", 1)]
    public async Task Files_of_the_original_work_unchanged(string file, int databases)
    {
        await using var installation = new Installation();
        var environment = installation.Environment;
        await installation.DoAsync("env", "create", environment, Repository.Example($"original/{file}"));
        var shown = await installation.ShowEnvironmentAsync(reveal: true);
        await installation.AssertDockerHasAsync(networks: 1, volumes: databases, containers: databases, shown.Objects);

        // A stand-in for the application that the original's files are about.
        installation.Write("app/Dockerfile", """
            FROM debian:bookworm-slim
            CMD ["perl", "-MIO::Socket::INET", "-e", "$s = IO::Socket::INET->new(LocalPort => 5000, Listen => 5) or die; \
              while ($c = $s->accept) { print $c qq(HTTP/1.0 200 OK\r\n\r\n$ENV{DB_USER} $ENV{DB_PASSWORD} $ENV{DB_HOST} $ENV{DB_NAME}); close $c }"]
            """);
        await installation.DoAsync("container", "create", "greetings", "local", "--context", "app");
        var application = databases == 0 ? "app.yaml" : "app-mysql.yaml";
        await installation.DoAsync("app", "deploy", installation.Application, environment, Repository.Example($"original/{application}"));
        var outputs = shown.Resources.SelectMany(resource => resource.Outputs).ToDictionary(output => output.Name, output => output.Value);
        string[] expected = [.. ((string[])["Username", "Password", "DBHOST", "DBName"]).Select(name => outputs.GetValueOrDefault(name, ""))];
        Assert.Equal(string.Join(' ', expected), await installation.AskApplicationAsync());

        await DeleteAsync(installation, "greetings");
    }

    private static async Task RunAsync(string folder, string container, Func<Installation, Task> use)
    {
        await using var installation = new Installation();
        await installation.DoAsync("env", "create", installation.Environment, Repository.Example($"{folder}/environment.yaml"));
        await installation.DoAsync("container", "create", container, "local", "--context", Repository.Example($"{folder}/app"));
        await installation.DoAsync(
            "app", "deploy", installation.Application, installation.Environment, Repository.Example($"{folder}/{container}.yaml"));
        await use(installation);
        await DeleteAsync(installation, container);
    }

    private static async Task DeleteAsync(Installation installation, string container)
    {
        await installation.DoAsync("app", "delete", installation.Application, "--yes");
        await installation.DoAsync("container", "delete", container, "--yes");
        await installation.DoAsync("env", "delete", installation.Environment, "--yes");
        await installation.AssertNothingIsLeftAsync();
    }
}

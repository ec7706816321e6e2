using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests.Crashes;

/// <summary>With a database that takes its time to start, and must keep the passwords of before the crash.</summary>
public sealed class DatabaseCrashTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(-8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(-11)]
    public Task A_database_works_with_its_passwords_wherever_the_server_was_killed(int at) => CrashPoints.RunAtAsync(at, async _ =>
    {
        await using var installation = new Installation();
        var environment = installation.Environment;
        var file = installation.Write("environment.yaml", Samples.MySql);
        var crashed = await installation.CrashDuringAsync(at, 0, "env", "create", environment, file);
        Assert.True(crashed, "There was no such append.");

        var shown = await installation.ShowEnvironmentAsync(reveal: true);
        await installation.AssertDockerHasAsync(networks: 1, volumes: 1, containers: 1, shown.Objects);
        var container = shown.Objects.Single(item => item.Kind == "docker/container").Identity;
        var outputs = shown.Resources.Single().Outputs.ToDictionary(output => output.Name, output => output.Value);
        foreach (var (user, password) in ((string, string)[])[(outputs["Username"], outputs["Password"]), ("root", outputs["Root_Password"])])
        {
            var answer = await DockerEngine.ExecuteAsync(
                container,
                new Dictionary<string, string> { ["MYSQL_PWD"] = password },
                ["mariadb", "--host", "127.0.0.1", "--user", user, "--skip-column-names", "--execute", "SELECT DATABASE()", outputs["DBName"]]);
            Assert.Equal("orders", answer);
        }

        await installation.CrashDuringAsync(at, 0, "env", "delete", environment, "--yes");
        await installation.AssertNothingIsLeftAsync();
        return true;
    });
}

using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

/// <summary>What the quick start does, and the way back.</summary>
public sealed class MainJobTests
{
    private const string Greeting = "Hello from the database!\n";

    [Fact]
    public async Task An_application_reads_its_row_and_all_of_it_goes_again()
    {
        await using var installation = new Installation();
        var (environment, application) = (installation.Environment, installation.Application);
        string[][] commands =
        [
            ["env", "create", environment, Repository.Example("greetings/environment.yaml")],
            ["container", "create", "greetings", "local", "--context", Repository.Example("greetings/app")],
            ["app", "deploy", application, environment, Repository.Example("greetings/greetings.yaml")],
        ];
        foreach (var command in commands)
            await installation.DoAsync(command);
        Assert.Equal(Greeting, await installation.AskApplicationAsync());
        var before = await installation.FindInDockerAsync();
        Assert.Equal(
            ["docker/container", "docker/container", "docker/container", "docker/image", "docker/network", "docker/volume"],
            before.Select(item => item.Kind).Order());

        foreach (var command in commands)
            Assert.Contains("exists already", (await installation.ExpectAsync(5, command)).Error);
        Assert.Equal(before, await installation.FindInDockerAsync());

        var refused = await installation.ExpectAsync(5, "env", "delete", environment, "--yes");
        Assert.Contains(application, refused.Error);
        Assert.Contains($"env delete {environment} --force", refused.Error);
        Assert.Equal(Greeting, await installation.AskApplicationAsync());

        var volume = before.Single(item => item.Kind == "docker/volume");
        var deleted = await installation.DoAsync("env", "delete", environment, "--force", "--keep-data", "--yes");
        Assert.Contains($"kept: docker/volume {volume.Name}\n", deleted.Error);
        Assert.Equal(["docker/image", "docker/volume"], (await installation.FindInDockerAsync()).Select(item => item.Kind).Order());
        await DockerEngine.Machine.RemoveAsync(volume);

        await installation.DoAsync("container", "delete", "greetings", "--yes");
        await installation.AssertNothingIsLeftAsync();
        foreach (var noun in (string[])["env", "container", "app"])
            Assert.Equal("[]", (await installation.DoAsync(noun, "list", "-o", "json")).Output.Trim());
    }

    [Fact]
    public async Task A_forced_deletion_takes_applications_and_data_with_it()
    {
        await using var installation = new Installation();
        await installation.DoAsync("env", "create", installation.Environment, installation.Write("environment.yaml", Samples.Redis));
        await installation.DoAsync(
            "app", "deploy", installation.Application, installation.Environment, installation.Write("shop.yaml", Samples.AsksRedis));
        await installation.DoAsync("env", "delete", installation.Environment, "--force", "--yes");
        await installation.AssertNothingIsLeftAsync();
        await installation.ExpectAsync(4, "app", "show", installation.Application);
        Assert.Contains("ended: succeeded", (await installation.DoAsync("env", "history", installation.Environment)).Output);
    }
}

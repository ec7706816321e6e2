using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Docker;

namespace CaaStle.Clouds.Local.Tests;

public sealed class ApplicationTests
{
    [EngineFact]
    public async Task An_application_answers_at_its_url_and_everything_is_marked()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var plan = new Blueprint();
        engine.Cloud.Coes[0].PlanApplication(Applications.Request(engine, network.Name), plan);

        var url = (await engine.MakeAsync(plan))["Url"].Reveal();

        using var http = new HttpClient();
        Assert.Equal("hello", await http.GetStringAsync(url, Engine.Cancel));
        Assert.Equal(
            ["docker/container container", "docker/network network", "docker/volume volume/uploads"],
            (await engine.Cloud.FindMarkedAsync("local-tests", engine.Scope.Id, Engine.Cancel))
                .Select(marked => $"{marked.Kind} {marked.Key}").Order());

        var name = new Scope("local-shop", engine.Scope.Id).ObjectName("app");
        var inspection = await engine.Docker.GetAsync<JsonDocument>($"containers/{name}/json", Engine.Cancel);
        var host = inspection.RootElement.GetProperty("HostConfig");
        Assert.Equal(64L << 20, host.GetProperty("Memory").GetInt64());
        Assert.Equal(500_000_000, host.GetProperty("NanoCpus").GetInt64());
        Assert.Equal("unless-stopped", host.GetProperty("RestartPolicy").GetProperty("Name").GetString());
        Assert.Equal("127.0.0.1", host.GetProperty("PortBindings").GetProperty("8080/tcp")[0].GetProperty("HostIp").GetString());
    }

    [EngineFact]
    public async Task A_taken_port_is_told_with_its_holder()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var plan = new Blueprint();
        engine.Cloud.Coes[0].PlanApplication(Applications.Request(engine, network.Name), plan);
        var port = new Uri((await engine.MakeAsync(plan))["Url"].Reveal()).Port;

        var obstacles = await Applications.Check(engine).FindObstaclesAsync(
            Applications.Request(engine, network.Name) with { HostPort = port }, Engine.Cancel);

        Assert.Contains("is taken by environment local-test.", Assert.Single(obstacles), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_built_image_that_is_gone_is_an_obstacle()
    {
        await using var engine = new Engine();

        var obstacles = await Applications.Check(engine).FindObstaclesAsync(
            Applications.Request(engine, "unused") with { Image = "cld/local-gone:1", ImageIsBuilt = true }, Engine.Cancel);

        Assert.Contains("The image cld/local-gone:1 is not on this machine any more.", Assert.Single(obstacles), StringComparison.Ordinal);
    }
}

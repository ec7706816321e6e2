using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

public sealed class ForeignObjectTests
{
    [EngineFact]
    public async Task What_others_made_under_our_name_is_foreign_and_a_volume_or_network_of_ours_is_ready()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var volume = new VolumeSpec(engine.Scope.ObjectName("data"));
        Assert.Equal(Condition.Ready, (await engine.MakeAsync(volume, "data")).Condition);
        var container = new ContainerSpec(engine.Scope.ObjectName("app"), "debian:bookworm-slim", network.Name)
        {
            Alias = "app",
            Readiness = new TcpReadiness(80, TimeSpan.FromSeconds(5)),
        };
        await engine.Docker.PostAsync(
            DockerClient.Path("containers/create", ("name", container.Name)), new { container.Image, Cmd = "true" }, Engine.Cancel);
        try
        {
            Assert.Equal(Condition.Foreign, (await engine.ReadAsync(network, "other")).Condition);
            Assert.Equal(Condition.Foreign, (await engine.ReadAsync(volume, "other")).Condition);
            Assert.Equal(Condition.Foreign, (await engine.ReadAsync(container)).Condition);
            Assert.Equal(Condition.Foreign, (await engine.ReadAsync(new ImageSpec("debian:bookworm-slim", "", "Dockerfile"))).Condition);
        }
        finally
        {
            await engine.Docker.DeleteAsync($"containers/{container.Name}", Engine.Cancel);
        }
    }

    [EngineFact]
    public async Task A_network_and_a_volume_in_use_are_busy_in_Dockers_words()
    {
        await using var engine = new Engine();
        var plan = new Blueprint();
        engine.Cloud.Coes[0].Plan(new(engine.Scope, new Options(new Dictionary<string, object>())), plan);
        var network = (await engine.MakeAsync(plan))["Network"].Reveal();
        await engine.MakeAsync(Applications.Plan(
            engine, Applications.Request(engine, network).With(container => container with { Volumes = [new("uploads", "/srv/uploads")] })));

        var networkBusy = await Assert.ThrowsAsync<CloudException>(() => engine.DeleteAsync(new NetworkSpec(network), "network"));
        var volume = new VolumeSpec(new Scope("local-shop", engine.Scope.Id).ObjectName("uploads"));
        var volumeBusy = await Assert.ThrowsAsync<CloudException>(() => engine.DeleteAsync(volume));

        Assert.Equal((CloudFault.Busy, CloudFault.Busy), (networkBusy.Fault, volumeBusy.Fault));
        Assert.Contains("has active endpoints", networkBusy.Message, StringComparison.Ordinal);
        Assert.Contains("volume is in use", volumeBusy.Message, StringComparison.Ordinal);
    }
}

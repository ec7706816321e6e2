using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

public sealed class MarkedObjectTests
{
    [EngineFact]
    public async Task What_is_found_by_its_marks_can_be_read_and_deleted_without_its_record()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var volume = new VolumeSpec(engine.Scope.ObjectName("data"));
        await engine.MakeAsync(volume, "data");
        var image = BuildTests.Spec(engine, "FROM debian:bookworm-slim\n");
        await engine.MakeAsync(image, "image");
        foreach (var (name, command) in new[] { ("runs", "sleep 600"), ("ended", "exit 3") })
        {
            await engine.CreateAsync(
                new ContainerSpec(engine.Scope.ObjectName(name), "debian:bookworm-slim", network.Name)
                {
                    Command = ["sh", "-c", command],
                    Mounts = [new(volume.Name, "/data")],
                },
                name);
        }

        var found = await engine.Cloud.FindMarkedAsync("local-tests", engine.Scope.Id, Engine.Cancel);
        Assert.Equal(["data", "ended", "image", "network", "runs"], found.Select(item => item.Key).Order());
        Assert.Equal(["data"], found.Where(item => engine.Cloud.SpecOf(item).HoldsData).Select(item => item.Key));
        foreach (var item in found)
        {
            var spec = engine.Cloud.SpecOf(item);
            Assert.Equal(Condition.Foreign, (await engine.ReadAsync(spec, "other")).Condition);
            Assert.NotEqual(Condition.Absent, (await engine.ReadAsync(spec, item.Key)).Condition);
            await engine.DeleteAsync(spec, item.Key);
            Assert.Equal(Condition.Absent, (await engine.ReadAsync(spec, item.Key)).Condition);
        }

        Assert.Empty(await engine.Cloud.FindMarkedAsync("local-tests", engine.Scope.Id, Engine.Cancel));
    }

    [EngineFact]
    public async Task What_others_make_from_an_image_of_ours_inherits_its_labels_and_is_not_ours()
    {
        await using var engine = new Engine();
        var image = BuildTests.Spec(engine, "FROM debian:bookworm-slim\n");
        var marks = engine.Marks("image") with { Subject = "container/local-test" };
        await new ImageHandler(engine.Docker).CreateAsync(image, new(marks, engine.Log, CancellationToken.None), Engine.Cancel);
        var derived = $"somebody/derived-{engine.Scope.Id}";
        var container = await engine.Docker.PostAsync<Created>("containers/create", new { Image = image.Tag, Cmd = "true" }, Engine.Cancel);
        try
        {
            await engine.Docker.PostAsync(DockerClient.Path("commit", ("container", container.Id), ("repo", derived)), body: null, Engine.Cancel);

            var found = Assert.Single(await engine.Cloud.FindMarkedAsync("local-tests", engine.Scope.Id, Engine.Cancel));

            Assert.Equal(("docker/image", image.Tag), (found.Kind, found.Name));
        }
        finally
        {
            await engine.Docker.DeleteAsync($"containers/{container.Id}", Engine.Cancel);
            await engine.Docker.DeleteAsync($"images/{derived}", Engine.Cancel);
            await engine.Docker.DeleteAsync($"images/{image.Tag}", Engine.Cancel);
        }
    }

    [EngineFact]
    public async Task What_another_installation_made_is_not_found()
    {
        await using var engine = new Engine();
        await engine.MakeNetworkAsync();

        Assert.Empty(await engine.Cloud.FindMarkedAsync("another", null, Engine.Cancel));
        Assert.Contains(await engine.Cloud.FindMarkedAsync("local-tests", null, Engine.Cancel), item => item.SubjectId == engine.Scope.Id);
    }
}

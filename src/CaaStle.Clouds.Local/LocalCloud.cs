using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Coe.LocalDocker;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;
using CaaStle.Clouds.Local.Registry.Local;
using CaaStle.Clouds.Local.Resource.MySql;
using CaaStle.Clouds.Local.Resource.Postgres;
using CaaStle.Clouds.Local.Resource.Redis;

namespace CaaStle.Clouds.Local;

/// <summary>This machine's Docker engine as a cloud.</summary>
internal sealed class LocalCloud : ICloud, IMarkedObjects, ISelfCheck
{
    /// <summary>What the labels of images begin with, which are all that containers consist of.</summary>
    private const string ImageSubjects = "container/";

    private readonly DockerClient docker;
    private readonly NetworkHandler networks;
    private readonly VolumeHandler volumes;
    private readonly ContainerHandler containers;
    private readonly ImageHandler images;

    public LocalCloud(DockerClient docker, TimeProvider clock)
    {
        this.docker = docker;
        networks = new(docker);
        volumes = new(docker);
        containers = new(docker, clock);
        images = new(docker);
        Handlers = [networks, volumes, containers, images, new JobHandler(docker, clock), new RouteHandler(docker, clock)];
        Coes = [new LocalDockerCoe(docker)];
    }

    public string Name => "local";

    public IReadOnlyList<ICoeType> Coes { get; }

    public IReadOnlyList<IResourceType> Resources { get; } = [new MySqlResource(), new PostgresResource(), new RedisResource()];

    public IReadOnlyList<IRegistryType> Registries { get; } = [new LocalRegistry()];

    public IReadOnlyList<ICloudObjectHandler> Handlers { get; }

    public async Task<IReadOnlyList<string>> FindObstaclesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await docker.CheckVersionAsync(cancellationToken);
            return [];
        }
        catch (CloudException e)
        {
            return [e.Message];
        }
    }

    public async Task<IReadOnlyList<MarkedObject>> FindMarkedAsync(
        string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var filters = subjectId is null
            ? DockerClient.Filters(("label", $"{Marks.InstallationLabel}={installation}"))
            : DockerClient.Filters(
                ("label", $"{Marks.InstallationLabel}={installation}"), ("label", $"{Marks.SubjectIdLabel}={subjectId}"));

        Task<T> ListAsync<T>(string path) where T : class =>
            docker.GetAsync<T>(DockerClient.Path(path, ("filters", filters), ("all", "true")), cancellationToken);

        var found = new List<MarkedObject>();
        foreach (var container in await ListAsync<IReadOnlyList<ContainerSummary>>("containers/json"))
        {
            // One that somebody runs from an image of ours has that image's labels, and is not ours.
            if (!container.Labels!.GetValueOrDefault(Marks.SubjectLabel, "").StartsWith(ImageSubjects, StringComparison.Ordinal))
            {
                found.Add(Marked(containers.Kind, container.Names[0].TrimStart('/'), container.Labels!));
            }
        }

        foreach (var network in await ListAsync<IReadOnlyList<NetworkSummary>>("networks"))
        {
            found.Add(Marked(networks.Kind, network.Name, network.Labels!));
        }

        foreach (var volume in (await ListAsync<VolumeList>("volumes")).Volumes ?? [])
        {
            found.Add(Marked(volumes.Kind, volume.Name, volume.Labels!));
        }

        foreach (var image in await ListAsync<IReadOnlyList<ImageSummary>>("images/json"))
        {
            // What somebody builds from an image of ours has its labels too, but not its name.
            var life = image.Labels!.GetValueOrDefault(Marks.SubjectIdLabel, "");
            if (image.RepoTags?.FirstOrDefault(tag => tag.Contains($":{life}", StringComparison.Ordinal)) is { } ours)
            {
                found.Add(Marked(images.Kind, ours, image.Labels!));
            }
        }

        return found;
    }

    public ICloudObjectSpec SpecOf(MarkedObject found) => found.Kind switch
    {
        "docker/network" => new NetworkSpec(found.Name),
        "docker/volume" => new VolumeSpec(found.Name),
        "docker/image" => new ImageSpec(found.Name, "", ""),
        "docker/container" => new ContainerSpec(found.Name, "", "") { ImageIsBuilt = true },
        var kind => throw new ArgumentException($"Nothing of the kind {kind} is found here.", nameof(found)),
    };

    public Task<IReadOnlyList<CheckOutcome>> CheckAsync(CancellationToken cancellationToken) => new EngineCheck(docker).RunAsync(cancellationToken);

    private static MarkedObject Marked(string kind, string name, IReadOnlyDictionary<string, string> labels)
    {
        string Label(string label) => labels.GetValueOrDefault(label, "");
        return new(kind, name, Label(Marks.SubjectLabel), Label(Marks.SubjectIdLabel), Label(Marks.KeyLabel));
    }
}

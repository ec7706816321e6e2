using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;

[assembly: CloudExtension(typeof(SimulatedExtension), 1)]

namespace CaaStle.Clouds.Simulated;

/// <summary>
/// <c>target: simulated</c>: a cloud that runs nothing, to try definitions, failures and rollbacks without an account. Settings
/// <c>CallSeconds</c>, <c>DeletionSeconds</c> and <c>VisibilitySeconds</c> say how it lets time pass, and <c>World</c> in which file it is,
/// which several servers may share, or at which address another process serves it.
/// </summary>
public sealed class SimulatedExtension : ICloudExtension
{
    public ICloud Create(CloudServices services)
    {
        var timing = new WorldTiming(Seconds("CallSeconds", 0.02), Seconds("DeletionSeconds", 1), Seconds("VisibilitySeconds", 0));
        var file = services.Settings.GetValueOrDefault("World") ?? Path.Combine(services.DataFolder, "world.jsonl");
        IWorld world = Uri.TryCreate(file, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp
            ? new RemoteWorld(address, timing)
            : new SimulatedWorld(services.Clock, timing, null, file);
        return new SimulatedCloud(world, readsAtOnce: 100);

        TimeSpan Seconds(string name, double otherwise) => TimeSpan.FromSeconds(
            services.Settings.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise);
    }
}

public sealed class SimulatedCloud : ICloud, IMarkedObjects
{
    private readonly IWorld world;

    /// <param name="readsAtOnce">How many objects one call can read.</param>
    public SimulatedCloud(IWorld world, int readsAtOnce = 1)
    {
        this.world = world;
        var troubles = new Troubles();
        Handlers =
        [
            new SimulatedHandler<SimulatedNetwork, SimulatedNetworkState>(world, troubles, readsAtOnce, "simulated/network", name => new(name), spec => spec),
            new SimulatedHandler<SimulatedStorage, SimulatedStorageState>(world, troubles, readsAtOnce, "simulated/storage", name => new(name), spec => spec),
            new SimulatedHandler<SimulatedDatabase, SimulatedDatabaseState>(
                world, troubles, readsAtOnce, "simulated/database", name => new(name), spec => spec with { Size = 0, Port = 0, IsStopped = false }),
            new SimulatedHandler<SimulatedService, SimulatedServiceState>(world, troubles, readsAtOnce, "simulated/service", name => new(name), spec => spec),
            new SimulatedHandler<SimulatedRoute, SimulatedRouteState>(
                world, troubles, readsAtOnce, "simulated/route", name => new(name), spec => spec with { Backends = [] }),
            new SimulatedHandler<SimulatedJob, SimulatedJobState>(world, troubles, readsAtOnce, "simulated/job", name => new(name), spec => spec),
            new SimulatedHandler<SimulatedImage, SimulatedImageState>(world, troubles, readsAtOnce, "simulated/image", name => new(name), spec => spec),
        ];
    }

    public string Name => "simulated";

    public IReadOnlyList<ICoeType> Coes { get; } = [new SimulatedCoe()];

    public IReadOnlyList<IResourceType> Resources { get; } = [new SimulatedDatabaseType()];

    public IReadOnlyList<IRegistryType> Registries { get; } = [new SimulatedRegistry()];

    public IReadOnlyList<ICloudObjectHandler> Handlers { get; }

    public Task<IReadOnlyList<string>> FindObstaclesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public async Task<IReadOnlyList<MarkedObject>> FindMarkedAsync(string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string> { [Marks.InstallationLabel] = installation };
        if (subjectId is not null)
        {
            labels[Marks.SubjectIdLabel] = subjectId;
        }

        var found = await world.FindAsync(labels, cancellationToken);
        return [.. found.Select(item => new MarkedObject(
            "simulated", item.Name, item.Labels[Marks.SubjectLabel], item.Labels[Marks.SubjectIdLabel], item.Labels[Marks.KeyLabel]))];
    }

    /// <summary>All kinds are read and deleted alike; only storage holds data.</summary>
    public ICloudObjectSpec SpecOf(MarkedObject found) =>
        found.Key.EndsWith("/storage", StringComparison.Ordinal) ? new SimulatedStorage(found.Name, "") : new SimulatedImage(found.Name);
}

using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;

[assembly: CloudExtension(typeof(SimulatedExtension), 1)]

namespace CaaStle.Clouds.Simulated;

/// <summary>
/// <c>target: simulated</c>: a cloud that runs nothing, to try definitions, failures and rollbacks without an account. Settings
/// <c>CallSeconds</c>, <c>DeletionSeconds</c> and <c>VisibilitySeconds</c> say how it lets time pass, and <c>World</c> in which file it is,
/// which several servers may share.
/// </summary>
public sealed class SimulatedExtension : ICloudExtension
{
    public ICloud Create(CloudServices services)
    {
        var timing = new WorldTiming(Seconds("CallSeconds", 0.02), Seconds("DeletionSeconds", 1), Seconds("VisibilitySeconds", 0));
        var file = services.Settings.GetValueOrDefault("World") ?? Path.Combine(services.DataFolder, "world.jsonl");
        return new SimulatedCloud(new SimulatedWorld(services.Clock, timing, null, file), services.Clock, readsAtOnce: 100);

        TimeSpan Seconds(string name, double otherwise) => TimeSpan.FromSeconds(
            services.Settings.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise);
    }
}

public sealed class SimulatedCloud : ICloud, IMarkedObjects
{
    private readonly SimulatedWorld world;

    /// <param name="readsAtOnce">How many objects one call can read.</param>
    public SimulatedCloud(SimulatedWorld world, TimeProvider clock, int readsAtOnce = 1)
    {
        this.world = world;
        var troubles = new Troubles();
        Handlers =
        [
            new SimulatedHandler<SimulatedNetwork, SimulatedNetworkState>(world, clock, troubles, readsAtOnce, "simulated/network", name => new(name), spec => spec),
            new SimulatedHandler<SimulatedStorage, SimulatedStorageState>(world, clock, troubles, readsAtOnce, "simulated/storage", name => new(name), spec => spec),
            new SimulatedHandler<SimulatedDatabase, SimulatedDatabaseState>(
                world, clock, troubles, readsAtOnce, "simulated/database", name => new(name), spec => spec with { Size = 0, Port = 0, IsStopped = false }),
            new SimulatedHandler<SimulatedService, SimulatedServiceState>(world, clock, troubles, readsAtOnce, "simulated/service", name => new(name), spec => spec),
            new SimulatedHandler<SimulatedRoute, SimulatedRouteState>(
                world, clock, troubles, readsAtOnce, "simulated/route", name => new(name), spec => spec with { Backends = [] }),
            new SimulatedHandler<SimulatedJob, SimulatedJobState>(world, clock, troubles, readsAtOnce, "simulated/job", name => new(name), spec => spec),
            new SimulatedHandler<SimulatedImage, SimulatedImageState>(world, clock, troubles, readsAtOnce, "simulated/image", name => new(name), spec => spec),
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

using CaaStle.Abstractions;

namespace CaaStle.Server.Tests.Fakes;

/// <summary>Public, with a constructor without parameters, so that extensions that tests make can return it.</summary>
public sealed class FakeCloud : ICloud, ISelfCheck, IIdentitySource
{
    public string Name { get; init; } = "fake";

    public bool IsSetUp { get; init; } = true;

    /// <summary>Of users, by their profiles.</summary>
    public IReadOnlyDictionary<string, CloudIdentity> Identities { get; init; } = new Dictionary<string, CloudIdentity>();

    public IReadOnlyList<ICoeType> Coes => [new FakeCoe()];

    public IReadOnlyList<IResourceType> Resources => [];

    public IReadOnlyList<IRegistryType> Registries => [];

    public IReadOnlyList<ICloudObjectHandler> Handlers => [];

    public Func<CancellationToken, Task<IReadOnlyList<string>>> Obstacles { get; init; } = _ => Task.FromResult<IReadOnlyList<string>>([]);

    public IReadOnlyList<CheckOutcome> Checks { get; init; } = [];

    public Task<IReadOnlyList<CheckOutcome>> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(Checks);

    public Task<CloudIdentity> IdentifyAsync(string? profile, CancellationToken cancellationToken) => Identities.TryGetValue(profile ?? "", out var identity)
        ? Task.FromResult(identity)
        : throw new CloudException(CloudFault.Refused, $"There is no profile '{profile}'.");

    public Task<IReadOnlyList<string>> FindObstaclesAsync(CancellationToken cancellationToken) => Obstacles(cancellationToken);

    private sealed class FakeCoe : ICoeType
    {
        public TypeDescriptor Descriptor => new(
            "fake-coe", "For tests.", [new("size", OptionType.Integer, "How many.") { Default = "1" }], [new("Token", "To get in.", Secret: true)]);

        public void Plan(CoeRequest request, Blueprint plan) { }

        public void PlanApplication(ApplicationRequest request, Blueprint plan) { }

        public void PlanJob(JobRequest request, Blueprint plan) { }
    }
}

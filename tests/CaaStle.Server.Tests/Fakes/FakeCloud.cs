using CaaStle.Abstractions;

namespace CaaStle.Server.Tests.Fakes;

/// <summary>Public, with a constructor without parameters, so that extensions that tests make can return it.</summary>
public sealed class FakeCloud : ICloud, ISelfCheck
{
    public string Name { get; init; } = "fake";

    public IReadOnlyList<ICoeType> Coes => [new FakeCoe()];

    public IReadOnlyList<IResourceType> Resources => [];

    public IReadOnlyList<IRegistryType> Registries => [];

    public IReadOnlyList<ICloudObjectHandler> Handlers => [];

    public Func<CancellationToken, Task<IReadOnlyList<string>>> Obstacles { get; init; } = _ => Task.FromResult<IReadOnlyList<string>>([]);

    public IReadOnlyList<CheckOutcome> Checks { get; init; } = [];

    public Task<IReadOnlyList<CheckOutcome>> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(Checks);

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

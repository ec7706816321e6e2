using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

internal sealed class SimulatedDatabaseType : IResourceType
{
    private const string Section = "configuration.";

    public TypeDescriptor Descriptor { get; } = new(
        "database",
        "A database that stores nothing.",
        SimulatedOptions.All(Section),
        [new("Address", "Its name."), new("Password", "A generated password.", Secret: true)]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var network = plan.Share(SimulatedCoe.NetworkKey, () => new SimulatedNetwork(request.Environment.ObjectName("network")));
        var password = plan.Password("password");
        var instance = plan.Add("instance", network, password, (net, secret) => new SimulatedDatabase(
            request.Environment.ObjectName(request.Name),
            net.Name,
            secret,
            SimulatedOptions.ReadyAfter(request.Options, Section),
            SimulatedOptions.FailsAfter(request.Options, Section),
            SimulatedOptions.Failure(request.Options, Section)));
        plan.Output("Address", instance, state => state.Name);
        plan.Output("Password", password, secret => secret);
    }
}

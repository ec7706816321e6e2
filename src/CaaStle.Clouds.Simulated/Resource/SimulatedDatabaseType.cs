using System.Globalization;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

internal sealed class SimulatedDatabaseType : IResourceType
{
    private const string Section = "configuration.";

    public TypeDescriptor Descriptor { get; } = new(
        "database",
        "A database that stores nothing.",
        [
            .. SimulatedOptions.All(Section),
            new(Section + "version", OptionType.Text, "Another version is another instance on the same data.") { Default = "1" },
            new(Section + "size", OptionType.Integer, "Can be changed while it runs.")
                { Default = "1", Minimum = 1, OnChange = ChangeEffect.ChangedInPlace },
            new(Section + "port", OptionType.Integer, "Can be changed while it runs; applications have to be told.")
                { Default = "5432", Minimum = 1, Maximum = 65535, OnChange = ChangeEffect.ChangedInPlace },
            new(Section + "engine", OptionType.Text, "Another engine begins with no data.") { Default = "plain", OnChange = ChangeEffect.LosesData },
        ],
        [new("Address", "Its name."), new("Port", "Where it listens."), new("Password", "A generated password.", Secret: true)]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var network = plan.Share(SimulatedCoe.NetworkKey, () => new SimulatedNetwork(request.Environment.ObjectName("network")));
        var password = plan.Password("password");
        var storage = plan.Add(
            "storage", network, net => new SimulatedStorage(request.Environment.ObjectName(request.OfGeneration($"{request.Name}-storage")), net.Name));
        var instance = plan.Add("instance", network, storage, password, (net, disk, secret) => new SimulatedDatabase(
            request.Environment.ObjectName(request.Name),
            net.Name,
            disk.Name,
            secret)
        {
            Behaviour = SimulatedOptions.Read(request.Options, Section),
            Version = request.Options.Text(Section + "version"),
            Size = request.Options.Integer(Section + "size"),
            Port = request.Options.Integer(Section + "port"),
            IsStopped = request.IsStopped,
        });
        plan.Output("Address", instance, state => state.Name);
        plan.Output("Port", request.Options.Integer(Section + "port").ToString(CultureInfo.InvariantCulture));
        plan.Output("Password", password, secret => secret);
    }
}

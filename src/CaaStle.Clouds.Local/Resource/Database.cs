using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Resource;

/// <summary>What a database that runs as a container consists of: a volume for its data, and the container.</summary>
/// <param name="Port">Where it listens inside of its container.</param>
/// <param name="DataPath">Where it keeps its data.</param>
/// <param name="Variables">The container's environment.</param>
/// <param name="ReadyCommand">A shell command that ends with 0 when the database answers a query as the bound user.</param>
/// <param name="ReadyVariables">Its environment; the place for the password.</param>
internal sealed record Database(
    int Port,
    string DataPath,
    Func<NodeValues, IReadOnlyDictionary<string, Value>> Variables,
    string ReadyCommand,
    Func<NodeValues, IReadOnlyDictionary<string, Value>> ReadyVariables)
{
    public const string ImageOption = "configuration.image";
    public const string DatabaseOption = "configuration.dbname";
    public const string UserOption = "configuration.username";
    public const string AccessOption = "policy.access";

    /// <summary>The first start on an empty volume writes the database's files, which takes long on a slow disk.</summary>
    private static readonly TimeSpan StartPeriod = TimeSpan.FromMinutes(10);

    /// <summary>Passwords that the variables are computed from.</summary>
    public required IReadOnlyList<Node<Secret>> Passwords { get; init; }

    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    public static OptionDescriptor AccessDescriptor { get; } = new(
        AccessOption,
        OptionType.Text,
        "`open` publishes the port on this machine's loopback address too, so that tools outside of the environment's network can connect.")
    {
        Choices = ["open"],
    };

    public static OutputDescriptor HostPortDescriptor { get; } = new(
        "HostPort", $"The port on 127.0.0.1 of this machine; empty unless {AccessOption} is `open`.");

    public static OptionDescriptor Image(string standard, string meaning) => new(ImageOption, OptionType.Text, meaning) { Default = standard };

    /// <summary>An option for what is written into SQL and addresses as it is.</summary>
    public static OptionDescriptor Identifier(string name, string standard, string meaning) => new(name, OptionType.Text, meaning)
    {
        Default = standard,
        Pattern = "^[A-Za-z_][A-Za-z0-9_]{0,31}$",
        PatternMeaning = "a letter or underscore, then letters, digits and underscores, at most 32 in all",
    };

    /// <summary>The name by which the environment's containers reach a resource.</summary>
    public static string AddressOf(ResourceRequest request, string type) => request.PartName(type).ToLowerInvariant();

    /// <summary>Adds the objects, and the outputs that all databases have.</summary>
    public void Plan(ResourceRequest request, string type, Blueprint plan)
    {
        var address = AddressOf(request, type);
        var isOpen = request.Options.TextOrNull(AccessOption) == "open";
        var network = plan.ShareNetwork(request.Environment);
        var volume = plan.Add("volume", new VolumeSpec(request.Environment.ObjectName(request.OfGeneration($"{address}-data"))));
        var container = plan.Add<ContainerState>(
            "container",
            [network, volume, .. Passwords],
            values => new ContainerSpec(
                request.Environment.ObjectName(address), request.Options.Text(ImageOption), values.Of(network).Name)
            {
                Alias = address,
                Variables = Variables(values),
                Entrypoint = Entrypoint,
                Command = Command,
                Ports = isOpen ? [new(Port, HostPort: null)] : [],
                Mounts = [new(values.Of(volume).Name, DataPath)],
                Readiness = new CommandReadiness(["sh", "-c", ReadyCommand], ReadyVariables(values), StartPeriod),
                IsStopped = request.IsStopped,
            });

        plan.Output("Address", container, _ => address);
        plan.Output("Port", container, _ => Port);
        plan.Output("HostPort", container, running => isOpen ? running.HostPorts[Port] : "");
    }
}

using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Coe.LocalDocker;

/// <summary>
/// What an application consists of: an entry, which has its address and stays; the route that tells the entry where to send requests; and
/// for each replica of the revision a container, or several that share the network of one more, their sandbox.
/// </summary>
internal sealed class ApplicationPlan(ApplicationRequest request, string network)
{
    /// <summary>The last part of a sandbox's key, where the names of the containers stand otherwise.</summary>
    public const string SandboxKey = "sandbox";

    /// <summary>A process that does nothing, and ends at once when it is told to.</summary>
    private const string Sleep = "trap 'exit 0' TERM USR1; sleep infinity & wait";

    private static readonly IReadOnlyDictionary<string, Value> NoVariables = new Dictionary<string, Value>();

    public void AddTo(Blueprint plan)
    {
        var volumes = request.Containers.SelectMany(container => container.Volumes).Select(volume => volume.Name).Distinct()
            .Select(name => plan.Add($"volume/{name}", new VolumeSpec(VolumeName(name))))
            .ToList();
        IReadOnlyList<Node> before = request.IsNewRevision && request.PreDeploy.Count > 0
            ? [plan.Add($"{request.RevisionKey}/pre-deploy", JobOf($"{request.RevisionKey}-pre-deploy", request.PreDeploy), [.. volumes])]
            : [.. volumes];
        var replicas = Enumerable.Range(1, request.Replicas).Select(replica => AddReplica(plan, replica, before)).ToList();
        var entry = plan.Add(RouteHandler.EntryKey, Entry());
        var route = plan.Add("route", Route(), [entry, .. replicas.SelectMany(replica => replica.Values)]);

        var scheme = request.Protocol == ApplicationProtocol.Tcp ? "tcp" : "http";
        plan.Output("Url", entry, route, (running, _) => $"{scheme}://127.0.0.1:{running.HostPorts[EntryConfiguration.Port]}");
        plan.Output("Replicas", request.Replicas);
        foreach (var container in request.Containers)
        {
            var name = container.Name == request.Exposed ? "Image" : $"Image.{container.Name}";
            if (replicas is [var first, ..])
            {
                plan.Output(name, first[container.Name], running => running.Image!);
            }
            else
            {
                plan.Output(name, container.Image);
            }
        }
    }

    /// <summary>A command in a container like the exposed one, but without its port.</summary>
    public JobSpec JobOf(string part, IReadOnlyList<string> command)
    {
        var name = request.Scope.ObjectName(part);
        return new(ContainerOf(request.ExposedContainer, name, network) with { Alias = name, Command = command, Readiness = null });
    }

    /// <returns>The replica's containers by name.</returns>
    private Dictionary<string, Node<ContainerState>> AddReplica(Blueprint plan, int replica, IReadOnlyList<Node> before)
    {
        var name = ReplicaName(replica);
        var key = request.ReplicaKey(replica);
        if (request.Containers is [var only])
        {
            var spec = ContainerOf(only, name, network) with { Alias = name, Ports = Ports() };
            return new() { [only.Name] = plan.Add($"{key}/{only.Name}", spec, [.. before]) };
        }

        var sandbox = plan.Add($"{key}/{SandboxKey}", Sandbox(name), [.. before]);
        var containers = new Dictionary<string, Node<ContainerState>>();
        foreach (var container in request.Containers)
        {
            containers[container.Name] = plan.Add(
                $"{key}/{container.Name}",
                ContainerOf(container, request.Scope.ObjectName($"{ReplicaPart(replica)}-{container.Name}"), ContainerSpec.NetworkOf(name)),
                [sandbox, .. container.After.Select(other => containers[other])]);
        }

        return containers;
    }

    private ContainerSpec Sandbox(string name) => new(name, ProxyContainer.Image, network)
    {
        Alias = name,
        Entrypoint = ["sh", "-c", Sleep],
        Ports = Ports(),
        OwnNames = [.. request.Containers.Select(container => container.Name)],
        Readiness = new CommandReadiness(["true"], NoVariables, ProxyContainer.StartPeriod),
    };

    private ContainerSpec Entry() =>
        ProxyContainer.Of(EntryName, network, EntryConfiguration.Unrouted(request.Scope.Name), request.HostPort) with
        {
            Alias = request.Scope.Name,
        };

    private RouteSpec Route()
    {
        var health = request.ExposedContainer.Health!;
        return new(
            EntryName,
            request.Scope.Name,
            [.. Enumerable.Range(1, request.Replicas).Select(ReplicaName)],
            request.ContainerPort,
            request.Protocol,
            request.Drain)
        {
            CheckPath = health.Path,
            CheckPort = health.Port == request.ContainerPort ? null : health.Port,
            StartPeriod = health.StartPeriod,
        };
    }

    private ContainerSpec ContainerOf(ApplicationContainer container, string name, string network) => new(name, container.Image, network)
    {
        ImageIsBuilt = container.ImageIsBuilt,
        Variables = container.Variables,
        Entrypoint = container.Entrypoint,
        Command = container.Command,
        Mounts = [.. container.Volumes.Select(volume => new Mount(VolumeName(volume.Name), volume.MountPath))],
        MemoryMegabytes = container.MemoryMegabytes,
        CpuShares = container.CpuShares,
        Readiness = container.Health switch
        {
            null => null,
            { Command: [_, ..] command } health => new CommandReadiness(command, NoVariables, health.StartPeriod),
            { Path: { } path } health => new HttpReadiness(health.Port ?? request.ContainerPort, path, health.StartPeriod),
            var health => new TcpReadiness(health.Port ?? request.ContainerPort, health.StartPeriod),
        },
    };

    /// <summary>What is published of a replica, so that it can be checked.</summary>
    private IReadOnlyList<PublishedPort> Ports() =>
    [
        .. request.Containers.Select(container => container.Health?.Port).OfType<int>().Prepend(request.ContainerPort).Distinct()
            .Select(port => new PublishedPort(port, HostPort: null)),
    ];

    private string EntryName => request.Scope.ObjectName("entry");

    private string ReplicaPart(int replica) => $"{request.RevisionKey}-{replica}";

    private string ReplicaName(int replica) => request.Scope.ObjectName(ReplicaPart(replica));

    private string VolumeName(string volume) => request.Scope.ObjectName(volume);
}

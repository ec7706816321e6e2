using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <param name="Group">Of the replicas, where it is not the environment's load balancer that must reach them; null where it is.</param>
internal sealed record Entry(Node<TargetGroupState> Targets, Node<ListenerState> Listener, Node<SecurityGroupState>? Group);

/// <summary>
/// Where an application is reached: for HTTP at a port of the environment's load balancer, for mere connections, which that does not know,
/// by a load balancer of its own.
/// </summary>
internal sealed class EntryPlan(ApplicationRequest request, EcsOutputs environment)
{
    private const string Tcp = "TCP";

    private readonly Scope scope = request.Scope;

    public Entry AddTo(Blueprint plan, Node<PlaceState> place) =>
        request.Protocol == ApplicationProtocol.Tcp ? AddOwn(plan, place) : AddShared(plan, place);

    private Entry AddShared(Blueprint plan, Node<PlaceState> place)
    {
        // A listener's port cannot change. One with another port is another, beside the first until the change is done.
        var key = request.HostPort is { } port ? $"listener-{port}" : "listener";
        var targets = plan.Add("target-group", place, found => Targets(found, "tg"));
        var listener = plan.Add(key, place, targets, (found, group) => new ListenerSpec(
            found.At, scope.ObjectName(key), environment.LoadBalancer, request.HostPort, group.Arn));
        plan.Output("Url", listener, made => made.Port == 80
            ? $"http://{environment.LoadBalancerAddress}"
            : $"http://{environment.LoadBalancerAddress}:{made.Port}");
        return new(targets, listener, null);
    }

    private Entry AddOwn(Blueprint plan, Node<PlaceState> place)
    {
        var port = request.HostPort ?? request.ContainerPort;
        var (outside, inside) = environment.OnMachines ? (null, null) : AddGroups(plan, place, port);
        var balancer = plan.Add<LoadBalancerState>("tcp/load-balancer", outside is null ? [place] : [place, outside], values => new LoadBalancerSpec(
            values.Of(place).At,
            LoadBalancerSpec.NameIn(scope, "tcp"),
            values.Of(place).Subnets,
            outside is null ? environment.LoadBalancerGroup! : values.Of(outside).Id)
        {
            IsNetwork = true,
        });
        var targets = plan.Add("tcp/target-group", place, found => Targets(found, "tcp-tg") with { Protocol = Tcp });
        var key = $"tcp/listener-{port}";
        var listener = plan.Add(key, place, balancer, targets, (found, made, group) => new ListenerSpec(
            found.At, scope.ObjectName($"tcp-{port}"), made.Arn, port, group.Arn)
        {
            Protocol = Tcp,
        });
        plan.Output("Url", balancer, listener, (made, _) => $"tcp://{made.DnsName}:{port}");
        return new(targets, listener, inside);
    }

    /// <summary>Machines are in no group of an application's: they let in what is in that of the environment's load balancer.</summary>
    private (Node<SecurityGroupState> Outside, Node<SecurityGroupState> Inside) AddGroups(Blueprint plan, Node<PlaceState> place, int port)
    {
        var outside = plan.Add("tcp/entrance-group", place, found => Group(found, "entrance", [Ingress.Port(port, Ingress.Everywhere)]));
        var inside = plan.Add("tcp/replica-group", place, outside, (found, members) => Group(
            found, "replicas", [.. CheckedPorts.Select(checkedPort => Ingress.Port(checkedPort, members.Id))]));
        return (outside, inside);
    }

    private IEnumerable<int> CheckedPorts =>
        new[] { request.ContainerPort, request.ExposedContainer.Health!.Port ?? request.ContainerPort }.Distinct();

    private SecurityGroupSpec Group(PlaceState found, string part, IReadOnlyList<Ingress> ingress) => new(
        found.At, SecurityGroupSpec.NameIn(scope, part), found.Vpc, $"The {part} of the application {scope.Name}", ingress);

    private TargetGroupSpec Targets(PlaceState found, string part)
    {
        var (health, isTcp) = (request.ExposedContainer.Health!, request.Protocol == ApplicationProtocol.Tcp);
        // Without a path it is enough that something answers.
        return new(
            found.At,
            scope.ObjectName(part, LoadBalancerSpec.LongestName),
            found.Vpc,
            health.Path ?? (isTcp ? "" : "/"),
            health.Port == request.ContainerPort ? null : health.Port,
            isTcp ? "" : health.Path is null ? "200-499" : "200-399",
            (int)Math.Min(3600, Math.Ceiling(request.Drain.TotalSeconds)))
        {
            OnMachines = environment.OnMachines,
        };
    }
}

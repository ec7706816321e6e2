using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>
/// Makes the machines of a group those of a cluster: ECS moves replicas away before the group takes a machine out. Ready when all machines
/// have registered in the cluster, and those that were the environment's before have no replicas any more.
/// </summary>
/// <param name="Cluster">Null where only the name is known.</param>
/// <param name="Group">The ARN.</param>
/// <param name="Size">A change of it is waited for; what counts is how many machines the group wants, which is undone after this.</param>
internal sealed record EcsCapacitySpec(AwsPlace At, string Name, string? Cluster, string Group, string GroupName, int Size)
    : IPlacedSpec<EcsCapacityState>
{
    public string Identity => Name;
}

internal sealed record EcsCapacityState(string Name, string Group);

internal sealed class EcsCapacityHandler(AwsAccess access, TimeProvider clock)
    : AwsObjectHandler<EcsCapacitySpec, EcsCapacityState>(access, AwsService.Ecs)
{
    private const string ClusterNotFound = "ClusterNotFoundException";

    /// <summary>Longer than a machine takes to boot.</summary>
    private static readonly TimeSpan UsualBoot = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(5);
    private static readonly string[] WithTags = ["TAGS"];

    private sealed record Provider(string Name, string Status, IReadOnlyList<AwsTag>? Tags);

    private sealed record Providers(IReadOnlyList<Provider> CapacityProviders);

    private sealed record Cluster(string Status, IReadOnlyList<string>? CapacityProviders);

    private sealed record Described(IReadOnlyList<Cluster> Clusters);

    public override string Kind => "ecs/capacity-provider";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "autoscaling:CreateOrUpdateTags", "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities",
        "ec2:DescribeInstances", "ecs:CreateCapacityProvider", "ecs:DeleteCapacityProvider", "ecs:DescribeCapacityProviders",
        "ecs:DescribeClusters", "ecs:DescribeContainerInstances", "ecs:DescribeServices", "ecs:ListContainerInstances", "ecs:ListServices",
        "ecs:PutClusterCapacityProviders", "ecs:TagResource", "ecs:UpdateContainerInstancesState",
    ];

    public override async Task<Observation<EcsCapacityState>> ReadAsync(
        EcsCapacitySpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        if (await FindAsync(ecs, spec, cancellationToken) is not { } found)
        {
            return Observation.Absent<EcsCapacityState>();
        }

        if (!call.Marks.OwnsTags(AwsTag.Read(found.Tags)))
        {
            return Foreign(spec);
        }

        var state = new EcsCapacityState(spec.Name, spec.GroupName);
        return (await AttachedAsync(ecs, spec, cancellationToken)).Contains(spec.Name)
            ? await JudgeMachinesAsync(ecs, spec, call, state, cancellationToken)
            : Observation.InProgress("not yet of the cluster", state) with { NeedsCreate = true };
    }

    public override async Task CreateAsync(EcsCapacitySpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        if (await FindAsync(ecs, spec, cancellationToken) is null)
        {
            await ecs.CallAsync(
                "CreateCapacityProvider",
                new
                {
                    name = spec.Name,
                    autoScalingGroupProvider = new
                    {
                        autoScalingGroupArn = spec.Group,
                        managedScaling = new { status = "DISABLED" },
                        managedTerminationProtection = "DISABLED",
                        managedDraining = "ENABLED",
                    },
                    tags = AwsTags.Small(call.Marks, spec.Name),
                },
                cancellationToken);
        }

        var attached = await AttachedAsync(ecs, spec, cancellationToken);
        if (!attached.Contains(spec.Name))
        {
            await AttachAsync(ecs, spec, [.. attached, spec.Name], cancellationToken);
            return;
        }

        var machines = await MachinesAsync(ecs, spec, call, cancellationToken);
        await machines.Staying.SetStatusAsync(ecs, spec.Cluster!, EcsMachine.Active, cancellationToken);
        if (machines.Ready.Count == machines.Wanted)
        {
            await machines.Former.SetStatusAsync(ecs, spec.Cluster!, EcsMachine.Draining, cancellationToken);
        }
    }

    public override bool CanChange(EcsCapacitySpec from, EcsCapacitySpec to) => @from with { Size = to.Size } == to;

    /// <summary>Where the environment has other machines, replicas move to those before.</summary>
    public override async Task DeleteAsync(EcsCapacitySpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        var attached = await AttachedAsync(ecs, spec, cancellationToken);
        if (attached.Contains(spec.Name))
        {
            var machines = await MachinesAsync(ecs, spec, call, cancellationToken);
            if (machines.Former.Count > 0)
            {
                await machines.Former.SetStatusAsync(ecs, spec.Cluster!, EcsMachine.Active, cancellationToken);
                await machines.Staying.SetStatusAsync(ecs, spec.Cluster!, EcsMachine.Draining, cancellationToken);
                if (machines.Staying.Sum(machine => machine.Tasks) > 0)
                {
                    return;
                }
            }

            await AttachAsync(ecs, spec, [.. attached.Where(name => name != spec.Name)], cancellationToken);
        }

        await ecs.CallAsync("DeleteCapacityProvider", new { capacityProvider = spec.Name }, cancellationToken);
    }

    private async Task<Observation<EcsCapacityState>> JudgeMachinesAsync(
        AwsClient ecs, EcsCapacitySpec spec, ObjectCall call, EcsCapacityState state, CancellationToken cancellationToken)
    {
        var machines = await MachinesAsync(ecs, spec, call, cancellationToken);
        if (machines.Group is null)
        {
            return Slowly($"the group {spec.GroupName} is not there", BetweenReads, state);
        }

        var word = $"{machines.Ready.Count} of {machines.Wanted} machines have registered";
        if (machines.Staying.Any(machine => machine.Status == EcsMachine.Draining))
        {
            return Observation.InProgress(
                $"{machines.Staying.Sum(machine => machine.Tasks)} replicas are on machines that take no new ones", state) with { NeedsCreate = true };
        }

        if (machines.Ready.Count < machines.Wanted)
        {
            return await JudgeMissingAsync(spec, machines, word, state, cancellationToken);
        }

        if (machines.Former.Any(machine => machine.Status == EcsMachine.Active))
        {
            return Observation.InProgress("replicas are to move to the machines that have registered", state) with { NeedsCreate = true };
        }

        if (machines.Leaving.Sum(machine => machine.Tasks) is > 0 and var left)
        {
            return await EcsHappening.FindNoRoomAsync(ecs, spec.Cluster!, machines.Ready, cancellationToken) is { } noRoom
                ? Observation.Failed(noRoom, state: state)
                : Slowly($"{left} replicas are on machines that are to go", BetweenReads, state);
        }

        return machines.InGroup.Count == machines.Wanted
            ? Observation.Ready(state, word)
            : Slowly($"{machines.InGroup.Count} machines, {machines.Wanted} wanted", BetweenReads, state);
    }

    private async Task<Observation<EcsCapacityState>> JudgeMissingAsync(
        EcsCapacitySpec spec, EcsMachines machines, string word, EcsCapacityState state, CancellationToken cancellationToken)
    {
        var scaling = await ClientAsync(AwsService.AutoScaling, spec, cancellationToken);
        if (await AutoScalingGroupHandler.FindFailureAsync(scaling, machines.Group, cancellationToken) is { } failure)
        {
            return failure.Passes
                ? Slowly($"{word}. EC2 says: {failure.Message}", BetweenReads, state)
                : Observation.Failed(failure.Message, state: state);
        }

        var silent = await machines.FindSilentAsync(
            await ClientAsync(AwsService.Ec2, spec, cancellationToken), clock.GetUtcNow() - UsualBoot, cancellationToken);
        return Slowly(
            silent.Count == 0
                ? word
                : $"{word}. {string.Join(", ", silent)}: no agent is heard from there. It must reach ECS, from a public subnet or through a NAT gateway",
            BetweenReads,
            state);
    }

    private async Task<EcsMachines> MachinesAsync(AwsClient ecs, EcsCapacitySpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var scaling = await ClientAsync(AwsService.AutoScaling, spec, cancellationToken);
        var group = await AutoScalingGroupHandler.FindAsync(scaling, spec.GroupName, cancellationToken);
        var registered = await EcsMachine.ListAsync(ecs, spec.Cluster!, cancellationToken);
        var ec2 = await ClientAsync(AwsService.Ec2, spec, cancellationToken);
        return await EcsMachines.ReadAsync(group, registered, ec2, call.Marks, cancellationToken);
    }

    private static async Task<Provider?> FindAsync(AwsClient ecs, EcsCapacitySpec spec, CancellationToken cancellationToken)
    {
        var answer = await ecs.CallAsync<Providers>(
            "DescribeCapacityProviders", new { capacityProviders = (string[])[spec.Name], include = WithTags }, cancellationToken);
        return answer.CapacityProviders.FirstOrDefault(provider => provider.Status != "INACTIVE");
    }

    /// <summary>The capacity providers of the cluster.</summary>
    private static async Task<IReadOnlyList<string>> AttachedAsync(AwsClient ecs, EcsCapacitySpec spec, CancellationToken cancellationToken)
    {
        if (spec.Cluster is null)
        {
            return [];
        }

        var answer = await ecs.CallAsync<Described>("DescribeClusters", new { clusters = (string[])[spec.Cluster] }, cancellationToken);
        return answer.Clusters.FirstOrDefault(cluster => cluster.Status != "INACTIVE")?.CapacityProviders ?? [];
    }

    private static Task AttachAsync(
        AwsClient ecs, EcsCapacitySpec spec, IReadOnlyList<string> providers, CancellationToken cancellationToken) => ecs.CallAsync(
            "PutClusterCapacityProviders",
            new { cluster = spec.Cluster, capacityProviders = providers, defaultCapacityProviderStrategy = Array.Empty<object>() },
            cancellationToken).UnlessAsync(ClusterNotFound);
}

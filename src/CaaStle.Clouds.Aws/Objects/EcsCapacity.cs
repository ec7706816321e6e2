using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>
/// Makes the machines of a group those of a cluster: ECS moves replicas away before the group takes a machine out. Ready when all machines
/// have registered in the cluster.
/// </summary>
/// <param name="Cluster">Null where only the name is known.</param>
/// <param name="Group">The ARN.</param>
internal sealed record EcsCapacitySpec(AwsPlace At, string Name, string? Cluster, string Group, string GroupName, int Size)
    : IPlacedSpec<EcsCapacityState>
{
    public string Identity => Name;
}

internal sealed record EcsCapacityState(string Name, string Group);

internal sealed class EcsCapacityHandler(AwsAccess access) : AwsObjectHandler<EcsCapacitySpec, EcsCapacityState>(access, AwsService.Ecs)
{
    private const string ClusterNotFound = "ClusterNotFoundException";

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
        "ecs:CreateCapacityProvider", "ecs:DeleteCapacityProvider", "ecs:DescribeCapacityProviders", "ecs:DescribeClusters",
        "ecs:DescribeContainerInstances", "ecs:ListContainerInstances", "ecs:PutClusterCapacityProviders", "ecs:TagResource",
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
            ? await JudgeMachinesAsync(ecs, spec, state, cancellationToken)
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
        await AttachAsync(ecs, spec, [.. attached.Append(spec.Name).Distinct()], cancellationToken);
    }

    public override bool CanChange(EcsCapacitySpec from, EcsCapacitySpec to) => @from with { Size = to.Size } == to;

    public override async Task DeleteAsync(EcsCapacitySpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        var attached = await AttachedAsync(ecs, spec, cancellationToken);
        if (attached.Contains(spec.Name))
        {
            await AttachAsync(ecs, spec, [.. attached.Where(name => name != spec.Name)], cancellationToken);
        }

        await ecs.CallAsync("DeleteCapacityProvider", new { capacityProvider = spec.Name }, cancellationToken);
    }

    private async Task<Observation<EcsCapacityState>> JudgeMachinesAsync(
        AwsClient ecs, EcsCapacitySpec spec, EcsCapacityState state, CancellationToken cancellationToken)
    {
        var scaling = await ClientAsync(AwsService.AutoScaling, spec, cancellationToken);
        var group = await AutoScalingGroupHandler.FindAsync(scaling, spec.GroupName, cancellationToken);
        var machines = group?.List("Instances").Select(instance => instance.Text("InstanceId")).ToHashSet() ?? [];
        var registered = (await EcsMachine.ListAsync(ecs, spec.Cluster!, "ACTIVE", cancellationToken))
            .Count(machine => machine.AgentConnected && machines.Contains(machine.Ec2InstanceId));
        var word = $"{registered} of {spec.Size} machines have registered";
        return registered == spec.Size ? Observation.Ready(state, word)
            : registered < spec.Size && await FindFailureAsync(scaling, group, spec, cancellationToken) is { } failure
                ? Observation.Failed(failure, state: state)
                : Slowly(word, BetweenReads, state);
    }

    /// <summary>Why EC2 does not give the machines; null as long as it may.</summary>
    private static async Task<string?> FindFailureAsync(
        AwsClient scaling, XElement? group, EcsCapacitySpec spec, CancellationToken cancellationToken)
    {
        var last = await AutoScalingGroupHandler.LastActivityAsync(scaling, spec.GroupName, cancellationToken);
        var message = last?.TextOrNull("StatusMessage") ?? "";
        return last?.TextOrNull("StatusCode") is not "Failed"
            || last.Text("ActivityId") == group?.Tags("Tags").GetValueOrDefault(AutoScalingGroupHandler.LastActivityTag)
            // A new role is known everywhere only after a while; the group tries again.
            || AwsErrors.IsNotYetKnown(message)
            ? null
            : message.Length > 0 ? message : last.Text("Description");
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

/// <summary>A machine as its cluster knows it.</summary>
internal sealed record EcsMachine(string ContainerInstanceArn, string Ec2InstanceId, bool AgentConnected)
{
    private const int MostAtOnce = 100;

    private sealed record Listed(IReadOnlyList<string> ContainerInstanceArns);

    private sealed record Described(IReadOnlyList<EcsMachine> ContainerInstances);

    /// <param name="status">Null for any.</param>
    public static async Task<IReadOnlyList<EcsMachine>> ListAsync(
        AwsClient ecs, string cluster, string? status, CancellationToken cancellationToken)
    {
        var listed = await ecs.CallAsync<Listed>("ListContainerInstances", new { cluster, status, maxResults = MostAtOnce }, cancellationToken)
            .OrNullAsync("ClusterNotFoundException");
        return listed is not { ContainerInstanceArns: [_, ..] arns }
            ? []
            : (await ecs.CallAsync<Described>(
                "DescribeContainerInstances", new { cluster, containerInstances = arns }, cancellationToken)).ContainerInstances;
    }
}

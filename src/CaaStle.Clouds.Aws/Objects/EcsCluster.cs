using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

internal sealed record EcsClusterSpec(AwsPlace At, string Name) : IPlacedSpec<EcsClusterState>
{
    public string Identity => Name;
}

internal sealed record EcsClusterState(string Arn, string Name);

internal sealed class EcsClusterHandler(AwsAccess access) : AwsObjectHandler<EcsClusterSpec, EcsClusterState>(access, AwsService.Ecs)
{
    private static readonly string[] WithTags = ["TAGS"];
    private static readonly string[] Fargate = ["FARGATE", "FARGATE_SPOT"];

    private sealed record Cluster(string ClusterArn, string ClusterName, string Status, IReadOnlyList<AwsTag>? Tags);

    private sealed record Described(IReadOnlyList<Cluster> Clusters);

    public override string Kind => "ecs/cluster";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ecs:CreateCluster", "ecs:DeleteCluster", "ecs:DeregisterContainerInstance", "ecs:DescribeClusters",
        "ecs:DescribeContainerInstances", "ecs:ListContainerInstances", "ecs:TagResource",
    ];

    public override async Task<Observation<EcsClusterState>> ReadAsync(
        EcsClusterSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        var answer = await ecs.CallAsync<Described>(
            "DescribeClusters", new { clusters = new[] { spec.Name }, include = WithTags }, cancellationToken);
        // Deleted ones stay visible for a while.
        if (answer.Clusters.FirstOrDefault(cluster => cluster.Status != "INACTIVE") is not { } found)
        {
            return Observation.Absent<EcsClusterState>();
        }

        if (!call.Marks.OwnsTags(AwsTag.Read(found.Tags)))
        {
            return Foreign(spec);
        }

        var state = new EcsClusterState(found.ClusterArn, found.ClusterName);
        return found.Status switch
        {
            "ACTIVE" => Observation.Ready(state, "active"),
            "FAILED" => Observation.Failed("failed", state: state),
            var status => Observation.InProgress(status.ToLowerInvariant(), state),
        };
    }

    public override async Task CreateAsync(EcsClusterSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        await ecs.CallAsync(
            "CreateCluster",
            new { clusterName = spec.Name, capacityProviders = Fargate, tags = AwsTags.Small(call.Marks, spec.Name) },
            cancellationToken);
    }

    public override async Task DeleteAsync(EcsClusterSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        try
        {
            await ecs.CallAsync("DeleteCluster", new { cluster = spec.Name }, cancellationToken).UnlessAsync("ClusterNotFoundException");
        }
        catch (CloudException e) when (e.Code == "ClusterContainsContainerInstancesException")
        {
            await ForgetMachinesAsync(ecs, spec, cancellationToken);
            throw;
        }
    }

    /// <summary>Machines leave the cluster when they end, but for those whose agent had lost its connection before.</summary>
    private static async Task ForgetMachinesAsync(AwsClient ecs, EcsClusterSpec spec, CancellationToken cancellationToken)
    {
        foreach (var machine in (await EcsMachine.ListAsync(ecs, spec.Name, cancellationToken)).Where(machine => !machine.AgentConnected))
        {
            await ecs.CallAsync(
                "DeregisterContainerInstance",
                new { cluster = spec.Name, containerInstance = machine.ContainerInstanceArn, force = true },
                cancellationToken);
        }
    }
}

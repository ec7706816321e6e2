using System.Text.RegularExpressions;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Machines that are nodes of a cluster of EKS, which keeps their number.</summary>
/// <param name="Size">None while the environment is paused.</param>
internal sealed record EksNodeGroupSpec(
    AwsPlace At, string Name, string Cluster, string InstanceType, int Size, string Role, string Template, IReadOnlyList<string> Subnets)
    : IPlacedSpec<EksNodeGroupState>
{
    public string Identity => Name;
}

internal sealed record EksNodeGroupState(string Name, int Size);

internal sealed partial class EksNodeGroupHandler(AwsAccess access)
    : AwsObjectHandler<EksNodeGroupSpec, EksNodeGroupState>(access, AwsService.Eks)
{
    private const string NotFound = "ResourceNotFoundException";
    private const string Groups = "/clusters/{name}/node-groups";
    private const string Group = Groups + "/{nodegroupName}";
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(10);

    private sealed record Scaling(int? DesiredSize);

    private sealed record NodeGroup(
        string NodegroupName, string Status, Scaling? ScalingConfig, EksHealth? Health, IReadOnlyDictionary<string, string>? Tags);

    private sealed record Described(NodeGroup Nodegroup);

    public override string Kind => "eks/node-group";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ec2:CreateTags", "ec2:RunInstances", "eks:CreateNodegroup", "eks:DeleteNodegroup", "eks:DescribeNodegroup", "eks:TagResource",
        "eks:UpdateNodegroupConfig", "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:PassRole",
    ];

    public override async Task<Observation<EksNodeGroupState>> ReadAsync(
        EksNodeGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec, cancellationToken) is not { } found)
        {
            return Observation.Absent<EksNodeGroupState>();
        }

        if (!call.Marks.OwnsTags(found.Tags))
        {
            return Foreign(spec);
        }

        var state = new EksNodeGroupState(found.NodegroupName, found.ScalingConfig?.DesiredSize ?? 0);
        return found.Status switch
        {
            "ACTIVE" when state.Size == spec.Size => Observation.Ready(state, $"{state.Size} nodes"),
            "ACTIVE" => Observation.InProgress($"{state.Size} nodes instead of {spec.Size}", state) with { NeedsCreate = true },
            "CREATE_FAILED" or "DELETE_FAILED" or "DEGRADED" =>
                Observation.Failed(EksHealth.Reason(found.Status, found.Health), state: state),
            var status => Slowly(status.ToLowerInvariant(), BetweenReads, state),
        };
    }

    public override async Task CreateAsync(EksNodeGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var eks = await ClientAsync(spec, cancellationToken);
        var scaling = new { minSize = spec.Size, maxSize = Math.Max(spec.Size, 1), desiredSize = spec.Size };
        if (await FindAsync(spec, cancellationToken) is not null)
        {
            await eks.CallAsync(
                Named(new("UpdateNodegroupConfig", $"POST {Group}/update-config") { Body = new { scalingConfig = scaling } }, spec),
                cancellationToken);
            return;
        }

        await eks.CallAsync(
            new AwsRequest("CreateNodegroup", $"POST {Groups}")
            {
                Body = new
                {
                    nodegroupName = spec.Name,
                    scalingConfig = scaling,
                    subnets = spec.Subnets,
                    instanceTypes = new[] { spec.InstanceType },
                    amiType = WithArm().IsMatch(spec.InstanceType) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
                    nodeRole = spec.Role,
                    launchTemplate = new { id = spec.Template },
                    tags = AwsTags.Of(call.Marks, spec.Name),
                },
            }.With("name", spec.Cluster),
            cancellationToken);
    }

    public override bool CanChange(EksNodeGroupSpec from, EksNodeGroupSpec to) =>
        @from.Subnets.SequenceEqual(to.Subnets) && @from with { Size = to.Size, Subnets = to.Subnets } == to;

    public override async Task DeleteAsync(EksNodeGroupSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var eks = await ClientAsync(spec, cancellationToken);
        await eks.CallAsync(Named(new("DeleteNodegroup", $"DELETE {Group}"), spec), cancellationToken).UnlessAsync(NotFound);
    }

    private async Task<NodeGroup?> FindAsync(EksNodeGroupSpec spec, CancellationToken cancellationToken)
    {
        var eks = await ClientAsync(spec, cancellationToken);
        var answer = await eks.CallAsync<Described>(Named(new("DescribeNodegroup", $"GET {Group}"), spec), cancellationToken)
            .OrNullAsync(NotFound);
        return answer?.Nodegroup;
    }

    private static AwsRequest Named(AwsRequest request, EksNodeGroupSpec spec) =>
        request.With("name", spec.Cluster).With("nodegroupName", spec.Name);

    /// <summary>Types whose processors are AWS's own, as <c>t4g.medium</c>.</summary>
    [GeneratedRegex(@"^([a-z]+[0-9]+g[a-z]*|a1)\.")]
    private static partial Regex WithArm();
}

using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A control plane of Kubernetes. Who makes it may do everything there.</summary>
/// <param name="Version">Null for EKS's own choice.</param>
internal sealed record EksClusterSpec(AwsPlace At, string Name, string? Version, string Role, IReadOnlyList<string> Subnets)
    : IPlacedSpec<EksClusterState>
{
    public string Identity => Name;
}

/// <param name="SecurityGroup">EKS's own, by which nodes and control plane reach each other.</param>
internal sealed record EksClusterState(string Name, string Endpoint, string CertificateAuthority, string SecurityGroup);

internal sealed class EksClusterHandler(AwsAccess access) : AwsObjectHandler<EksClusterSpec, EksClusterState>(access, AwsService.Eks)
{
    private const string NotFound = "ResourceNotFoundException";
    private const string Path = "/clusters/{name}";
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(10);

    private sealed record Network(string? ClusterSecurityGroupId);

    private sealed record Authority(string? Data);

    private sealed record Cluster(
        string Name,
        string Status,
        string? Endpoint,
        Authority? CertificateAuthority,
        Network? ResourcesVpcConfig,
        EksHealth? Health,
        IReadOnlyDictionary<string, string>? Tags);

    private sealed record Described(Cluster Cluster);

    public override string Kind => "eks/cluster";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ec2:DescribeSubnets", "ec2:DescribeVpcs", "eks:CreateCluster", "eks:DeleteCluster", "eks:DescribeCluster", "eks:TagResource",
        "iam:GetRole", "iam:PassRole",
    ];

    public override async Task<Observation<EksClusterState>> ReadAsync(
        EksClusterSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var eks = await ClientAsync(spec, cancellationToken);
        var answer = await eks.CallAsync<Described>(
            new AwsRequest("DescribeCluster", $"GET {Path}").With("name", spec.Name), cancellationToken).OrNullAsync(NotFound);
        if (answer?.Cluster is not { } found)
        {
            return Observation.Absent<EksClusterState>();
        }

        if (!call.Marks.OwnsTags(found.Tags))
        {
            return Foreign(spec);
        }

        return found.Status switch
        {
            "ACTIVE" => Observation.Ready(
                new EksClusterState(
                    found.Name, found.Endpoint!, found.CertificateAuthority!.Data!, found.ResourcesVpcConfig!.ClusterSecurityGroupId!),
                "active"),
            "FAILED" => Observation.Failed<EksClusterState>(EksHealth.Reason(found.Status, found.Health)),
            var status => Slowly(status.ToLowerInvariant(), BetweenReads),
        };
    }

    public override async Task CreateAsync(EksClusterSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var eks = await ClientAsync(spec, cancellationToken);
        await eks.CallAsync(
            new AwsRequest("CreateCluster", "POST /clusters")
            {
                Body = new
                {
                    name = spec.Name,
                    version = spec.Version,
                    roleArn = spec.Role,
                    resourcesVpcConfig = new { subnetIds = spec.Subnets, endpointPublicAccess = true, endpointPrivateAccess = true },
                    accessConfig = new { authenticationMode = "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions = true },
                    tags = AwsTags.Of(call.Marks, spec.Name),
                },
            },
            cancellationToken);
    }

    public override async Task DeleteAsync(EksClusterSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var eks = await ClientAsync(spec, cancellationToken);
        await eks.CallAsync(new AwsRequest("DeleteCluster", $"DELETE {Path}").With("name", spec.Name), cancellationToken)
            .UnlessAsync(NotFound);
    }
}

/// <summary>What EKS finds wrong with something of it.</summary>
internal sealed record EksHealth(IReadOnlyList<EksIssue>? Issues)
{
    public static string Reason(string status, EksHealth? health) => health?.Issues is { Count: > 0 } issues
        ? string.Join("; ", issues.Select(issue => $"{issue.Message} ({issue.Code})"))
        : status.ToLowerInvariant();
}

internal sealed record EksIssue(string Code, string Message);

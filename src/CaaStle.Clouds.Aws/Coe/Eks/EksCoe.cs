using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Coe.Ecs;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Eks;

/// <summary>Amazon's Elastic Kubernetes Service: a control plane, and a group of machines of EC2 as its nodes.</summary>
internal sealed class EksCoe(AccountCheck account) : ICoeType, IEnvironmentCheck, IApplicationCheck
{
    private const string SizeOption = "cluster_size";
    private const string InstanceTypeOption = "instance_type";
    private const string VersionOption = "version";
    private const string ManagedPolicies = "arn:aws:iam::aws:policy";

    private static readonly string[] OfControlPlane = [$"{ManagedPolicies}/AmazonEKSClusterPolicy"];

    private static readonly string[] OfNodes =
    [
        $"{ManagedPolicies}/AmazonEKSWorkerNodePolicy",
        $"{ManagedPolicies}/AmazonEKS_CNI_Policy",
        $"{ManagedPolicies}/AmazonEC2ContainerRegistryReadOnly",
    ];

    public TypeDescriptor Descriptor { get; } = new(
        "eks",
        "Amazon's Elastic Kubernetes Service on machines of EC2. Without applications yet.",
        [
            .. PlaceOptions.Descriptors,
            new(SizeOption, OptionType.Integer, "How many nodes there are.")
            {
                Default = "2",
                Minimum = 1,
                Maximum = 100,
                OnChange = ChangeEffect.ChangedInPlace,
            },
            new(InstanceTypeOption, OptionType.Text, "What machines the nodes are. When it changes, new ones take the place of the old.")
            {
                Default = "t3.medium",
                Pattern = @"^[a-z][a-z0-9-]*\.[a-z0-9-]+$",
                PatternMeaning = "an instance type of EC2, as t3.medium",
            },
            new(VersionOption, OptionType.Text, "The version of Kubernetes, as 1.33; EKS's own choice where none is given.")
            {
                Pattern = @"^1\.[0-9]+$",
                PatternMeaning = "a version of Kubernetes, as 1.33",
            },
        ],
        [
            .. PlaceOptions.Outputs,
            new("Cluster", "The cluster's name."),
            new("Endpoint", "The address of the Kubernetes API."),
            new("CertificateAuthority", "The certificate that the API is known by, in base64."),
            new("NodeGroup", "The name of the group of nodes."),
            new("NodeRole", "The ARN of the role that nodes have: what runs there may use the environment's tables and buckets."),
            new("SecurityGroup", "The id of the security group whose members may reach the environment's resources."),
        ]);

    public void Plan(CoeRequest request, Blueprint plan)
    {
        var (scope, options) = (request.Scope, request.Options);
        var instanceType = options.Text(InstanceTypeOption);
        var place = PlaceOptions.AddTo(plan, request);
        var group = plan.ShareSecurityGroupOfNodes(scope);
        var controlRole = plan.Add("cluster-role", place, found => new IamRoleSpec(
            found.At, scope.ObjectName("cluster"), OfControlPlane, null)
        {
            Service = "eks.amazonaws.com",
        });
        var nodeRole = plan.Add("node-role", place, found => new IamRoleSpec(
            found.At, scope.ObjectName("node"), OfNodes, TaskPolicy.OfEnvironment(found.At, scope))
        {
            Service = "ec2.amazonaws.com",
        });
        var cluster = plan.Add("cluster", place, controlRole, (found, role) => new EksClusterSpec(
            found.At, scope.ObjectName("cluster"), options.TextOrNull(VersionOption), role.Arn, found.Subnets));
        var template = plan.Add("node-template", place, cluster, group, (found, made, members) => new LaunchTemplateSpec(
            found.At, scope.ObjectName("node"), [made.SecurityGroup, members.Id], Machine: null));
        Node[] needed = [place, cluster, nodeRole, template];
        var nodes = plan.Add<EksNodeGroupState>($"nodes/{instanceType}", needed, values => new EksNodeGroupSpec(
            values.Of(place).At,
            scope.ObjectName(instanceType.Replace('.', '-')),
            values.Of(cluster).Name,
            instanceType,
            request.IsStopped ? 0 : (int)options.Integer(SizeOption),
            values.Of(nodeRole).Arn,
            values.Of(template).Id,
            values.Of(place).Subnets));

        plan.Output("Cluster", cluster, made => made.Name);
        plan.Output("Endpoint", cluster, made => made.Endpoint);
        plan.Output("CertificateAuthority", cluster, made => made.CertificateAuthority);
        plan.Output("NodeGroup", nodes, made => made.Name);
        plan.Output("NodeRole", nodeRole, made => made.Arn);
        plan.Output("SecurityGroup", group, made => made.Id);
    }

    public Task<IReadOnlyList<string>> FindObstaclesAsync(
        CoeRequest request, IReadOnlyDictionary<string, int> added, CancellationToken cancellationToken) =>
        account.FindObstaclesAsync(
            request,
            added,
            new(request.Options.Text(InstanceTypeOption), request.IsStopped ? 0 : (int)request.Options.Integer(SizeOption)),
            cancellationToken);

    public Task<IReadOnlyList<string>> FindObstaclesAsync(ApplicationRequest request, CancellationToken cancellationToken)
    {
        string Output(string name) => request.EnvironmentOutputs[name].Reveal();
        return Task.FromResult<IReadOnlyList<string>>(
        [
            $"{NoApplications} Use kubectl: `aws eks update-kubeconfig --name {Output("Cluster")} --region {Output("Region")}`. "
            + "Or deploy to an environment of the type ecs.",
        ]);
    }

    public void PlanApplication(ApplicationRequest request, Blueprint plan) => throw new NotSupportedException(NoApplications);

    public void PlanJob(JobRequest request, Blueprint plan) => throw new NotSupportedException(NoApplications);

    private const string NoApplications = "On EKS no application can be deployed yet: Kubernetes is not spoken to.";
}

using System.Collections.Concurrent;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Coe;
using CaaStle.Clouds.Aws.Coe.Ecs;
using CaaStle.Clouds.Aws.Coe.Eks;
using CaaStle.Clouds.Aws.Objects;
using CaaStle.Clouds.Aws.Registry.Ecr;
using CaaStle.Clouds.Aws.Resource.DynamoDb;
using CaaStle.Clouds.Aws.Resource.ElastiCache;
using CaaStle.Clouds.Aws.Resource.Rds;
using CaaStle.Clouds.Aws.Resource.S3;
using CaaStle.Docker;

namespace CaaStle.Clouds.Aws;

/// <summary>Amazon Web Services.</summary>
internal sealed class AwsCloud : ICloud, IMarkedObjects, IIdentitySource, ISelfCheck
{
    private readonly AwsAccess access;
    private readonly PlaceLedger ledger;
    private readonly MarkedScan scan;

    /// <summary>Where what was found is, and its ARN, by its kind and name.</summary>
    private readonly ConcurrentDictionary<(string, string), (AwsPlace At, string Arn)> foundAt = [];

    /// <param name="keyFolder">Where private keys are kept.</param>
    public AwsCloud(AwsAccess access, PlaceLedger ledger, string keyFolder, DockerClient docker, TimeProvider clock)
    {
        (this.access, this.ledger) = (access, ledger);
        scan = new(access);
        var networks = new OwnNetworkHandler(access);
        Handlers =
        [
            new PlaceHandler(access, ledger, networks, clock),
            networks,
            new SecurityGroupHandler(access),
            new EcsClusterHandler(access),
            new ManagedSecretHandler(access),
            new DbSubnetGroupHandler(access),
            new DbInstanceHandler(access),
            new CacheSubnetGroupHandler(access),
            new ReplicationGroupHandler(access),
            new DynamoTableHandler(access),
            new BucketHandler(access),
            new IamRoleHandler(access),
            new LoadBalancerHandler(access),
            new TargetGroupHandler(access),
            new ListenerHandler(access),
            new LogGroupHandler(access),
            new TaskDefinitionHandler(access, clock),
            new EcsServiceHandler(access),
            new InstanceProfileHandler(access),
            new KeyPairHandler(access, keyFolder),
            new LaunchTemplateHandler(access),
            new AutoScalingGroupHandler(access),
            new EcsCapacityHandler(access, clock),
            new EcrRepositoryHandler(access),
            new EcrImageHandler(access, docker),
            new FileSystemHandler(access),
            new AccessPointHandler(access),
            new MountTargetsHandler(access),
            new JobHandler(access, clock),
            new EksClusterHandler(access),
            new EksNodeGroupHandler(access),
        ];
        var account = new AccountCheck(access, Handlers);
        Coes = [new EcsCoe(access, account), new EksCoe(account)];
        Registries = [new EcrRegistry(docker, account)];
    }

    public string Name => "aws";

    public bool IsSetUp => access.IsSetUp;

    public IReadOnlyList<ICoeType> Coes { get; }

    public IReadOnlyList<IResourceType> Resources { get; } =
        [new RdsResource(), new DynamoDbResource(), new S3Resource(), new ElastiCacheResource()];

    public IReadOnlyList<IRegistryType> Registries { get; }

    public IReadOnlyList<ICloudObjectHandler> Handlers { get; }

    public async Task<IReadOnlyList<string>> FindObstaclesAsync(CancellationToken cancellationToken)
    {
        if (!IsSetUp)
        {
            return
            [
                "There are no credentials for AWS, neither in the environment nor in ~/.aws. "
                + "Run `cld setup aws`, or `aws configure`, or `aws sso login`.",
            ];
        }

        try
        {
            await access.IdentifyAsync(cancellationToken);
            return [];
        }
        catch (CloudException e)
        {
            return [e.Message];
        }
    }

    public Task<CloudIdentity> IdentifyAsync(string? profile, CancellationToken cancellationToken) =>
        access.DescribeAsync(profile, cancellationToken);

    public async Task<IReadOnlyList<CheckOutcome>> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var identity = await IdentifyAsync(null, cancellationToken);
            return
            [
                CheckOutcome.Passed("credentials", $"account {identity.Account}, {identity.Name}"),
                identity.Region is { } region
                    ? CheckOutcome.Passed("region", region)
                    : CheckOutcome.Warned(
                        "region", "none is chosen: each environment has to name its own", "aws configure set region us-west-2"),
            ];
        }
        catch (CloudException e)
        {
            return [CheckOutcome.Warned("credentials", $"each environment has to name its profile: {e.Message}", "cld setup aws")];
        }
    }

    public async Task<IReadOnlyList<MarkedObject>> FindMarkedAsync(
        string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var places = subjectId is not null && ledger.Find(subjectId) is { } known ? [known.Place.At] : ledger.All();
        var found = new List<MarkedObject>();
        foreach (var place in places)
        {
            // What consists of several parts is listed with each.
            var listed = (await scan.FindAsync(place, installation, subjectId, cancellationToken)).DistinctBy(each => each.Object);
            foreach (var (candidate, marks, arn) in listed)
            {
                foundAt[(candidate.Kind, candidate.Name)] = (place, arn);
                // What is deleted is listed for a while.
                var spec = SpecOf(candidate);
                var handler = Handlers.Single(handler => handler.Kind == candidate.Kind);
                var seen = await handler.ReadAsync(spec, new(marks, new Progress<string>(), CancellationToken.None), cancellationToken);
                if (seen.Condition != Condition.Absent)
                {
                    found.Add(candidate);
                }
            }
        }

        return found;
    }

    public ICloudObjectSpec SpecOf(MarkedObject found)
    {
        var (at, arn) = foundAt.TryGetValue((found.Kind, found.Name), out var known)
            ? known
            : throw new ArgumentException($"{found.Kind} {found.Name} was not found here.", nameof(found));
        var none = new Secret("");
        return found.Kind switch
        {
            "ec2/network" => new OwnNetworkSpec(at, found.Name),
            "ec2/security-group" => new SecurityGroupSpec(at, found.Name, null, "", []),
            "ecs/cluster" => new EcsClusterSpec(at, found.Name),
            "secretsmanager/secret" => new ManagedSecretSpec(at, found.Name, "", none),
            "rds/subnet-group" => new DbSubnetGroupSpec(at, found.Name, []),
            "rds/instance" => new DbInstanceSpec(at, found.Name, "", null, "", 0, "", "", none, "", "", false),
            "elasticache/subnet-group" => new CacheSubnetGroupSpec(at, found.Name, []),
            "elasticache/replication-group" => new ReplicationGroupSpec(at, found.Name, "", null, none, "", ""),
            "dynamodb/table" => new DynamoTableSpec(at, found.Name, new("", ""), null),
            "s3/bucket" => new BucketSpec(at, found.Name),
            "iam/role" => new IamRoleSpec(at, found.Name, [], null),
            "elb/load-balancer" => new LoadBalancerSpec(at, found.Name, [], ""),
            "elb/target-group" => new TargetGroupSpec(at, found.Name, "", "", null, "", 0),
            // As arn:...:listener/app/NAME/ID/LISTENER, and of its load balancer arn:...:loadbalancer/app/NAME/ID.
            "elb/listener" => new ListenerSpec(
                at, found.Name, arn[..arn.LastIndexOf('/')].Replace(":listener/", ":loadbalancer/", StringComparison.Ordinal), null, ""),
            "efs/file-system" => new FileSystemSpec(at, found.Name),
            "efs/access-point" => new AccessPointSpec(at, found.Name, ""),
            "logs/group" => new LogGroupSpec(at, found.Name, 0),
            "ecs/task-definition" => new TaskDefinitionSpec(at, found.Name, 0, 0, "", "", "", "", null, []),
            // As arn:...:task/CLUSTER/ID.
            "ecs/job" => new JobSpec(
                at, new TaskDefinitionSpec(at, found.Name, 0, 0, "", "", "", "", null, []), arn.Split('/')[1], [], ""),
            // As arn:...:service/CLUSTER/NAME.
            "ecs/service" => new EcsServiceSpec(at, found.Name, arn.Split('/')[1], "", 0, [], "", "", "", 0, 0, "", ""),
            "iam/instance-profile" => new InstanceProfileSpec(at, found.Name, ""),
            "ec2/key-pair" => new KeyPairSpec(at, found.Name),
            "ec2/launch-template" => new LaunchTemplateSpec(at, found.Name, [], null),
            "autoscaling/group" => new AutoScalingGroupSpec(at, found.Name, "", [], 0),
            "ecs/capacity-provider" => new EcsCapacitySpec(at, found.Name, null, "", "", 0),
            "ecr/repository" => new EcrRepositorySpec(at, found.Name),
            "eks/cluster" => new EksClusterSpec(at, found.Name, null, "", []),
            // As arn:...:nodegroup/CLUSTER/NAME/ID.
            "eks/node-group" => new EksNodeGroupSpec(at, found.Name, arn.Split('/')[1], "", 0, "", "", []),
            var kind => throw new ArgumentException($"Nothing of the kind {kind} is found here.", nameof(found)),
        };
    }
}

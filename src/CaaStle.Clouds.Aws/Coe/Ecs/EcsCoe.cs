using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>Amazon's Elastic Container Service on Fargate: a cluster, and a load balancer for all its applications.</summary>
internal sealed class EcsCoe(AwsAccess access) : ICoeType, IEnvironmentCheck, IApplicationCheck
{
    private const string RegionOption = "region";
    private const string ProfileOption = "profile";
    private const string VpcOption = "vpc";
    private const string SubnetsOption = "subnets";

    public TypeDescriptor Descriptor { get; } = new(
        "ecs",
        "Amazon's Elastic Container Service on Fargate, which needs no machines.",
        [
            new(RegionOption, OptionType.Text, "The region; that of the profile, or of AWS_REGION, where none is given.")
            {
                Pattern = "^[a-z]{2}(-[a-z]+)+-[0-9]+$",
                PatternMeaning = "a region's name, as us-west-2",
            },
            new(ProfileOption, OptionType.Text, "The profile in ~/.aws whose credentials are used."),
            new(VpcOption, OptionType.Text, "The VPC's id, or `new` for one of the environment's own; the region's default where none is "
                + "given, or a new one where it has none.")
            {
                Pattern = "^(new|vpc-[0-9a-f]+)$",
                PatternMeaning = "new, or a VPC's id, as vpc-0a1b2c3d",
            },
            new(SubnetsOption, OptionType.List, "Ids of subnets in two availability zones or more; those of the VPC where none are given."),
            new("cluster_size", OptionType.Integer, "Without effect, so that old files keep working: Fargate needs no machines.")
            {
                Ignored = true,
            },
            new("instance_type", OptionType.Text, "Without effect, so that old files keep working: Fargate needs no machines.")
            {
                Ignored = true,
            },
        ],
        [
            new("Account", "The AWS account."),
            new("Region", "The region."),
            new("Profile", "The profile whose credentials are used; empty where none has to be named."),
            new("Vpc", "The VPC's id."),
            new("Subnets", "Ids of the subnets, with commas between them."),
            new("Cluster", "The ECS cluster's name."),
            new("SecurityGroup", "The id of the security group whose members may reach the environment's resources."),
            new("LoadBalancer", "The host name where all applications are reached, each at a port of its own."),
            new("LoadBalancerArn", "The load balancer's ARN."),
            new("TaskRole", "The ARN of the role that applications have: they may use the environment's tables and buckets."),
        ]);

    public void Plan(CoeRequest request, Blueprint plan)
    {
        var scope = request.Scope;
        var place = plan.SharePlace(scope, standard => standard with
        {
            Region = request.Options.TextOrNull(RegionOption),
            Profile = request.Options.TextOrNull(ProfileOption),
            Vpc = request.Options.TextOrNull(VpcOption),
            Subnets = request.Options.List(SubnetsOption),
        });
        var entrance = plan.ShareEntranceGroup(scope);
        var group = plan.ShareSecurityGroup(scope);
        var cluster = plan.Add("cluster", place, found => new EcsClusterSpec(found.At, scope.ObjectName("cluster")));
        var role = plan.Add("task-role", place, found => new IamRoleSpec(
            found.At, scope.ObjectName("task"), [], TaskPolicy.OfEnvironment(found.At, scope)));
        var balancer = plan.Add("load-balancer", place, entrance, (found, made) => new LoadBalancerSpec(
            found.At, scope.ObjectName("lb", LoadBalancerSpec.LongestName), found.Subnets, made.Id));

        plan.CarryApplications(place, group, cluster, role, balancer);
        plan.Output("Account", place, found => found.At.Account);
        plan.Output("Region", place, found => found.At.Region);
        plan.Output("Profile", place, found => found.At.Profile ?? "");
        plan.Output("Vpc", place, found => found.Vpc);
        plan.Output("Subnets", place, found => string.Join(',', found.Subnets));
        plan.Output("Cluster", cluster, made => made.Name);
        plan.Output("SecurityGroup", group, made => made.Id);
        plan.Output("LoadBalancer", balancer, made => made.DnsName);
        plan.Output("LoadBalancerArn", balancer, made => made.Arn);
        plan.Output("TaskRole", role, made => made.Arn);
    }

    public void PlanApplication(ApplicationRequest request, Blueprint plan) =>
        new ApplicationPlan(request, EcsOutputs.Read(request.EnvironmentOutputs)).AddTo(plan);

    public void PlanJob(JobRequest request, Blueprint plan) =>
        new ApplicationPlan(request.Application, EcsOutputs.Read(request.Application.EnvironmentOutputs)).AddJobTo(plan, request);

    public Task<IReadOnlyList<string>> FindObstaclesAsync(
        CoeRequest request, IReadOnlyDictionary<string, int> added, CancellationToken cancellationToken) =>
        new AccountQuotas(access).FindObstaclesAsync(
            request.Options.TextOrNull(ProfileOption), request.Options.TextOrNull(RegionOption), added, cancellationToken);

    public async Task<IReadOnlyList<string>> FindObstaclesAsync(ApplicationRequest request, CancellationToken cancellationToken)
    {
        var obstacles = new List<string>();
        if (request.Protocol != ApplicationProtocol.Http)
        {
            obstacles.Add("On ECS an application's protocol can only be http: its load balancer knows no other yet.");
        }

        foreach (var built in request.Containers.Where(container => container.ImageIsBuilt))
        {
            obstacles.Add(
                $"The image {built.Image} is on this machine only, where AWS cannot get it. "
                + "Build it as a container in ECR: `cld container create NAME ecr`.");
        }

        if (FargateSize.For(request.Containers) is null)
        {
            obstacles.Add($"Fargate has no task that large: at most {FargateSize.MostMegabytes} MB of memory and 16 processors "
                + "for all containers of a replica.");
        }

        if (request.HostPort is { } port && obstacles.Count == 0 && await FindHolderAsync(request, port, cancellationToken))
        {
            obstacles.Add($"Port {port} of the environment's load balancer is taken by another application. "
                + "Choose another host_port, or leave it out to get one that is free.");
        }

        return obstacles;
    }

    private async Task<bool> FindHolderAsync(ApplicationRequest request, int port, CancellationToken cancellationToken)
    {
        var environment = EcsOutputs.Read(request.EnvironmentOutputs);
        var elb = await access.OfAsync(AwsService.Elb, environment.Place.At, cancellationToken);
        var listeners = await ListenerHandler.ListAsync(elb, environment.LoadBalancer, cancellationToken);
        if (listeners.FirstOrDefault(listener => listener.Port == port) is not { } holder)
        {
            return false;
        }

        var tags = await ElbTags.OfAsync(elb, [holder.Arn], cancellationToken);
        return tags.GetValueOrDefault(holder.Arn)?.GetValueOrDefault(Marks.SubjectIdLabel) != request.Scope.Id;
    }
}

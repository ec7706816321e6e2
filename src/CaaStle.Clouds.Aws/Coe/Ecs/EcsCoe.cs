using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>Amazon's Elastic Container Service, on Fargate or on machines of EC2: a cluster, and a load balancer for all its applications.</summary>
internal sealed class EcsCoe(AwsAccess access, AccountCheck account) : ICoeType, IEnvironmentCheck, IApplicationCheck
{
    /// <summary>Environments of before, which do not have it, are on Fargate.</summary>
    public const string LaunchOutput = "Launch";

    public const string EntranceOutput = "LoadBalancerGroup";

    public TypeDescriptor Descriptor { get; } = new(
        "ecs",
        "Amazon's Elastic Container Service, on Fargate, which needs no machines, or on machines of EC2.",
        [
            .. PlaceOptions.Descriptors,
            .. Machines.Options,
        ],
        [
            .. PlaceOptions.Outputs,
            new("Cluster", "The ECS cluster's name."),
            new("SecurityGroup", "The id of the security group whose members may reach the environment's resources."),
            new("LoadBalancer", "The host name where all applications are reached, each at a port of its own."),
            new("LoadBalancerArn", "The load balancer's ARN."),
            new(EntranceOutput, "The id of the load balancer's security group."),
            new("TaskRole", "The ARN of the role that applications have: they may use the environment's tables and buckets."),
            new(LaunchOutput, "What applications run on: fargate or ec2."),
            new(Machines.Output, "The auto scaling group of the machines; empty on Fargate."),
            new(Machines.KeyOutput, "The file with the private key that opens the machines; empty without SSH."),
        ]);

    public void Plan(CoeRequest request, Blueprint plan)
    {
        var scope = request.Scope;
        var place = PlaceOptions.AddTo(plan, request);
        var entrance = plan.ShareEntranceGroup(scope);
        var group = plan.ShareSecurityGroup(scope);
        var cluster = plan.Add("cluster", place, found => new EcsClusterSpec(found.At, scope.ObjectName("cluster")));
        var role = plan.Add("task-role", place, found => new IamRoleSpec(
            found.At, scope.ObjectName("task"), [], TaskPolicy.OfEnvironment(found.At, scope)));
        var balancer = plan.Add("load-balancer", place, entrance, (found, made) => new LoadBalancerSpec(
            found.At, LoadBalancerSpec.NameIn(scope, "lb"), found.Subnets, made.Id));

        plan.CarryApplications(place, group, cluster, role, balancer);
        if (Machines.Read(request) is { } machines)
        {
            plan.Output(LaunchOutput, Machines.Ec2);
            machines.AddTo(plan, scope, place, group, cluster);
        }
        else
        {
            plan.Output(LaunchOutput, Machines.Fargate);
            plan.Output(Machines.Output, "");
            plan.Output(Machines.KeyOutput, "");
        }

        plan.Output("Cluster", cluster, made => made.Name);
        plan.Output("SecurityGroup", group, made => made.Id);
        plan.Output("LoadBalancer", balancer, made => made.DnsName);
        plan.Output("LoadBalancerArn", balancer, made => made.Arn);
        plan.Output(EntranceOutput, entrance, made => made.Id);
        plan.Output("TaskRole", role, made => made.Arn);
    }

    public void PlanApplication(ApplicationRequest request, Blueprint plan) =>
        new ApplicationPlan(request, EcsOutputs.Read(request.EnvironmentOutputs)).AddTo(plan);

    public void PlanJob(JobRequest request, Blueprint plan) =>
        new ApplicationPlan(request.Application, EcsOutputs.Read(request.Application.EnvironmentOutputs)).AddJobTo(plan, request);

    public Task<IReadOnlyList<string>> FindObstaclesAsync(
        CoeRequest request, IReadOnlyDictionary<string, int> added, CancellationToken cancellationToken) =>
        account.FindObstaclesAsync(
            request, added, Machines.Read(request) is { } machines ? new(machines.InstanceType, machines.Size) : null, cancellationToken);

    public async Task<IReadOnlyList<string>> FindObstaclesAsync(ApplicationRequest request, CancellationToken cancellationToken)
    {
        var obstacles = new List<string>();
        foreach (var built in request.Containers.Where(container => container.ImageIsBuilt))
        {
            obstacles.Add(
                $"The image {built.Image} is on this machine only, where AWS cannot get it. "
                + "Build it as a container in ECR: `cld container create NAME ecr`.");
        }

        if (EcsOutputs.Read(request.EnvironmentOutputs) is { OnMachines: true } environment)
        {
            obstacles.AddRange(FindObstaclesOnMachines(request, environment));
        }
        else if (FargateSize.For(request.Containers) is null)
        {
            obstacles.Add($"Fargate has no task that large: at most {FargateSize.MostMegabytes} MB of memory and 16 processors "
                + "for all containers of a replica.");
        }

        if (request is { Protocol: ApplicationProtocol.Http, HostPort: { } port } && obstacles.Count == 0 && await FindHolderAsync(request, port, cancellationToken))
        {
            obstacles.Add($"Port {port} of the environment's load balancer is taken by another application. "
                + "Choose another host_port, or leave it out to get one that is free.");
        }

        return obstacles.Count > 0 ? obstacles : await FindObstaclesInAccountAsync(request, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> FindObstaclesInAccountAsync(ApplicationRequest request, CancellationToken cancellationToken)
    {
        var environment = EcsOutputs.Read(request.EnvironmentOutputs);
        var wanted = new Dictionary<string, double>();
        if (!environment.OnMachines)
        {
            wanted[AccountQuotas.FargateProcessors] = request.Replicas * FargateSize.For(request.Containers)!.Processors;
        }

        if (request.Protocol == ApplicationProtocol.Tcp)
        {
            wanted[AccountQuotas.NetworkLoadBalancers] = 1;
        }

        Blueprint? plan = null;
        if (request.Revision == 1)
        {
            PlanApplication(request, plan = new());
        }

        return await account.FindObstaclesAsync(environment.Place.At, request.Scope, plan, wanted, cancellationToken);
    }

    private static IEnumerable<string> FindObstaclesOnMachines(ApplicationRequest request, EcsOutputs environment)
    {
        if (request.Containers.Count > 1)
        {
            yield return "On machines of EC2 a replica is one container: several would not reach each other on localhost there, "
                + "or, with a network of their own, nothing outside of the VPC. "
                + "Deploy them to an environment with `launch: fargate`.";
        }

        if (request.Protocol == ApplicationProtocol.Tcp && environment.LoadBalancerGroup is null)
        {
            yield return "The environment is older than applications with `protocol: tcp` on machines of EC2. "
                + $"Bring it up to date: `cld env update {request.Environment.Name}`.";
        }

        if (request.ExposedContainer.Health?.Port is { } port && port != request.ContainerPort)
        {
            yield return $"On machines of EC2 health can only be checked at container_port, {request.ContainerPort}, and not at {port}. "
                + "Leave `health.port` out.";
        }
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

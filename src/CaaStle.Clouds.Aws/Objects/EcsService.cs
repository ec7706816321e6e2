using System.Security.Cryptography;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>
/// The replicas of an application: ECS keeps so many tasks of one definition running, and those of the former until they do.
/// </summary>
/// <param name="TaskDefinition">The ARN.</param>
/// <param name="Container">Which container of a task takes requests, at <paramref name="Port"/>.</param>
/// <param name="GraceSeconds">How long a starting task may fail the load balancer's check.</param>
/// <param name="LogGroup">Where its containers write to, in streams that begin with <paramref name="LogPrefix"/>.</param>
internal sealed record EcsServiceSpec(
    AwsPlace At,
    string Name,
    string Cluster,
    string TaskDefinition,
    int Replicas,
    IReadOnlyList<string> Subnets,
    string SecurityGroup,
    string TargetGroup,
    string Container,
    int Port,
    int GraceSeconds,
    string LogGroup,
    string LogPrefix) : IPlacedSpec<EcsServiceState>
{
    public string Identity => Name;

    /// <summary>One more security group, which lets in the load balancer that is the application's own; null where none is.</summary>
    public string? EntryGroup { get; init; }

    /// <summary>On the cluster's machines instead of Fargate.</summary>
    public bool OnMachines { get; init; }
}

/// <param name="Digests">Of the images that run, by the container's name, where ECS tells them.</param>
internal sealed record EcsServiceState(string Arn, IReadOnlyDictionary<string, string> Digests);

internal sealed class EcsServiceHandler(AwsAccess access) : AwsObjectHandler<EcsServiceSpec, EcsServiceState>(access, AwsService.Ecs)
{
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(2);
    private static readonly string[] WithTags = ["TAGS"];

    private static readonly object Deployment = new
    {
        maximumPercent = 200,
        minimumHealthyPercent = 100,
        deploymentCircuitBreaker = new { enable = true, rollback = false },
    };

    private sealed record Rollout(
        string Id, string Status, string TaskDefinition, double CreatedAt, string? RolloutState, string? RolloutStateReason);

    private sealed record Service(
        string ServiceArn,
        string Status,
        string TaskDefinition,
        int DesiredCount,
        int RunningCount,
        IReadOnlyList<Rollout>? Deployments,
        IReadOnlyList<EcsHappening>? Events,
        IReadOnlyList<AwsTag>? Tags);

    private sealed record Described(IReadOnlyList<Service> Services);

    public override string Kind => "ecs/service";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ecs:CreateService", "ecs:DeleteService", "ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListTasks", "ecs:TagResource",
        "ecs:UpdateService", "elasticloadbalancing:DescribeTargetHealth", "logs:FilterLogEvents", "logs:GetLogEvents",
    ];

    public override async Task<Observation<EcsServiceState>> ReadAsync(
        EcsServiceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        var service = await FindAsync(ecs, spec, cancellationToken);
        if (service is null)
        {
            return Observation.Absent<EcsServiceState>();
        }

        if (!call.Marks.OwnsTags(AwsTag.Read(service.Tags)))
        {
            return Foreign(spec);
        }

        if (service.Status == "DRAINING")
        {
            return Slowly("draining", BetweenReads);
        }

        if (service.TaskDefinition != spec.TaskDefinition || service.DesiredCount != spec.Replicas)
        {
            return Observation.InProgress<EcsServiceState>("not yet changed") with { NeedsCreate = true };
        }

        var rollout = service.Deployments?.FirstOrDefault(deployment => deployment.Status == "PRIMARY");
        var tasks = new EcsTasks(ecs, spec.Cluster, service: spec.Name);
        if (rollout is { RolloutState: not "COMPLETED" } && await tasks.FindFailureAsync(rollout.Id, spec.Container, cancellationToken) is { } failure)
        {
            var lines = failure.Stream is null ? [] : await LastLinesAsync(spec, $"{spec.LogPrefix}/{failure.Stream}", cancellationToken);
            return Observation.Failed<EcsServiceState>(failure.Reason, lines);
        }

        if (rollout?.RolloutState == "FAILED")
        {
            return Observation.Failed<EcsServiceState>(rollout.RolloutStateReason ?? "the deployment failed");
        }

        if (rollout?.RolloutState != "COMPLETED" || service.RunningCount != spec.Replicas)
        {
            return service.Events is [var last, ..] && last.CreatedAt >= rollout?.CreatedAt && last.NoRoom is { } noRoom
                ? Observation.Failed<EcsServiceState>(noRoom)
                : Slowly($"{service.RunningCount} running, {spec.Replicas} wanted", BetweenReads);
        }

        return await FindUnwellAsync(spec, cancellationToken) is { } unwell
            ? Slowly(unwell, BetweenReads)
            : Observation.Ready(
                new EcsServiceState(service.ServiceArn, spec.Replicas == 0
                    ? new Dictionary<string, string>()
                    : await tasks.DigestsAsync(cancellationToken)),
                $"{spec.Replicas} running");
    }

    /// <summary>Makes it, or changes what runs and how often.</summary>
    public override async Task CreateAsync(EcsServiceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        if (await FindAsync(ecs, spec, cancellationToken) is { Status: not "DRAINING" })
        {
            await ecs.CallAsync(
                "UpdateService",
                new
                {
                    cluster = spec.Cluster,
                    service = spec.Name,
                    taskDefinition = spec.TaskDefinition,
                    desiredCount = spec.Replicas,
                    healthCheckGracePeriodSeconds = spec.GraceSeconds,
                },
                cancellationToken);
            return;
        }

        await ecs.CallAsync(
            "CreateService",
            new
            {
                cluster = spec.Cluster,
                serviceName = spec.Name,
                taskDefinition = spec.TaskDefinition,
                desiredCount = spec.Replicas,
                clientToken = TokenOf(spec, call.Marks),
                launchType = spec.OnMachines ? "EC2" : "FARGATE",
                loadBalancers = (object[])
                [
                    new { targetGroupArn = spec.TargetGroup, containerName = spec.Container, containerPort = spec.Port },
                ],
                networkConfiguration = spec.OnMachines
                    ? null
                    : EcsNetwork.Of(spec.Subnets, spec.EntryGroup is { } entry ? [spec.SecurityGroup, entry] : [spec.SecurityGroup]),
                healthCheckGracePeriodSeconds = spec.GraceSeconds,
                deploymentConfiguration = Deployment,
                enableECSManagedTags = true,
                tags = AwsTags.Small(call.Marks, spec.Name),
            },
            cancellationToken);
    }

    /// <summary>What runs, how often, and how long it may take to start.</summary>
    public override bool CanChange(EcsServiceSpec from, EcsServiceSpec to) =>
        @from with
        {
            TaskDefinition = to.TaskDefinition,
            Replicas = to.Replicas,
            GraceSeconds = to.GraceSeconds,
            LogPrefix = to.LogPrefix,
            Subnets = to.Subnets,
        } == to
        && from.Subnets.SequenceEqual(to.Subnets);

    public override async Task DeleteAsync(EcsServiceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecs = await ClientAsync(spec, cancellationToken);
        await ecs.CallAsync("DeleteService", new { cluster = spec.Cluster, service = spec.Name, force = true }, cancellationToken)
            .UnlessAsync("ServiceNotFoundException", "ClusterNotFoundException", "ServiceNotActiveException");
    }

    /// <summary>The same each time that the same is asked for.</summary>
    private static string TokenOf(EcsServiceSpec spec, Marks marks) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{spec.Name} {marks.Operation}")))[..32];

    private static async Task<Service?> FindAsync(AwsClient ecs, EcsServiceSpec spec, CancellationToken cancellationToken)
    {
        var answer = await ecs.CallAsync<Described>(
            "DescribeServices", new { cluster = spec.Cluster, services = (string[])[spec.Name], include = WithTags }, cancellationToken)
            .OrNullAsync("ClusterNotFoundException");
        return answer?.Services.FirstOrDefault(service => service.Status != "INACTIVE");
    }

    /// <returns>What the load balancer still finds wrong; null when all replicas get requests.</returns>
    private async Task<string?> FindUnwellAsync(EcsServiceSpec spec, CancellationToken cancellationToken)
    {
        var elb = await ClientAsync(AwsService.Elb, spec, cancellationToken);
        var answer = await elb.QueryAsync(
            new AwsRequest("DescribeTargetHealth").With("TargetGroupArn", spec.TargetGroup), cancellationToken)
            .OrNullAsync("TargetGroupNotFound");
        var targets = answer?.List("TargetHealthDescriptions")
            .Select(target => target.Element("TargetHealth"))
            .Select(health => (State: health?.Element("State")?.Value ?? "", Reason: health?.Element("Description")?.Value))
            .Where(health => health.State is not ("draining" or "unused"))
            .ToList() ?? [];
        var well = targets.Count(target => target.State == "healthy");
        return well == spec.Replicas
            ? null
            : $"the load balancer finds {well} of {spec.Replicas} well"
                + (targets.FirstOrDefault(target => target.State == "unhealthy").Reason is { } reason ? $": {reason}" : "");
    }

    private async Task<IReadOnlyList<string>> LastLinesAsync(EcsServiceSpec spec, string stream, CancellationToken cancellationToken) =>
        await LogReader.LastLinesAsync(
            await ClientAsync(AwsService.Logs, spec, cancellationToken), spec.LogGroup, stream, cancellationToken);
}

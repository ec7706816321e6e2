using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>
/// What an application consists of: a listener of the environment's load balancer with a target group, a service, and for each revision
/// what its tasks are made from. The service changes in place, so that ECS replaces replicas when the new ones are well.
/// </summary>
internal sealed class ApplicationPlan(ApplicationRequest request, EcsOutputs environment)
{
    private const string ExecutionPolicy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
    private const int RetentionDays = 30;

    private readonly Scope scope = request.Scope;

    public void AddTo(Blueprint plan)
    {
        var place = plan.Add("place", new PlaceSpec(scope.ObjectName("place"), null, null) { Known = environment.Place });
        var log = plan.Add("log", place, found => new LogGroupSpec(found.At, $"/caastle/{scope.ObjectName("log")}", RetentionDays));
        var role = plan.Add("execution-role", place, found => new IamRoleSpec(
            found.At, scope.ObjectName("execution"), [ExecutionPolicy], TaskPolicy.ToReadSecrets(found.At, scope)));
        var targets = plan.Add("target-group", place, found => Targets(found));
        var listener = plan.Add(ListenerKey, place, targets, (found, group) => new ListenerSpec(
            found.At, scope.ObjectName(ListenerKey), environment.LoadBalancer, request.HostPort, group.Arn));
        var secret = HiddenVariables() is { Count: > 0 } hidden
            ? plan.Add($"{request.RevisionKey}/variables", place, found => new ManagedSecretSpec(
                found.At, SecretName, $"Variables of the application {scope.Name}", new(JsonSerializer.Serialize(hidden))))
            : null;
        var definition = plan.Add<TaskDefinitionState>(
            $"{request.RevisionKey}/{ApplicationContainer.OnlyName}",
            secret is null ? [place, log, role] : [place, log, role, secret],
            values => Definition(values.Of(place), values.Of(log), values.Of(role), secret is null ? null : values.Of(secret)));
        var service = plan.Add<EcsServiceState>("service", [place, log, targets, listener, definition], values => new EcsServiceSpec(
            values.Of(place).At,
            scope.ObjectName("service"),
            environment.Cluster,
            values.Of(definition).Arn,
            request.Replicas,
            environment.Place.Subnets,
            environment.SecurityGroup,
            values.Of(targets).Arn,
            request.Exposed,
            request.ContainerPort,
            StartSeconds(request.ExposedContainer.Health!),
            values.Of(log).Name,
            request.RevisionKey));

        plan.Output("Url", listener, made => made.Port == 80
            ? $"http://{environment.LoadBalancerAddress}"
            : $"http://{environment.LoadBalancerAddress}:{made.Port}");
        plan.Output("Replicas", request.Replicas);
        foreach (var container in request.Containers)
        {
            plan.Output(
                container.Name == request.Exposed ? "Image" : $"Image.{container.Name}",
                service,
                running => running.Digests.TryGetValue(container.Name, out var digest)
                    ? $"{Repository(container.Image)}@{digest}"
                    : container.Image);
        }
    }

    /// <summary>A listener's port cannot change. One with another port is another, beside the first until the change is done.</summary>
    private string ListenerKey => request.HostPort is { } port ? $"listener-{port}" : "listener";

    private string SecretName => scope.ObjectName($"variables-{request.RevisionKey}");

    private TargetGroupSpec Targets(PlaceState found)
    {
        var health = request.ExposedContainer.Health!;
        // Without a path it is enough that something answers.
        return new(
            found.At,
            scope.ObjectName("tg", LoadBalancerSpec.LongestName),
            found.Vpc,
            health.Path ?? "/",
            health.Port == request.ContainerPort ? null : health.Port,
            health.Path is null ? "200-499" : "200-399",
            (int)Math.Min(3600, Math.Ceiling(request.Drain.TotalSeconds)));
    }

    private TaskDefinitionSpec Definition(PlaceState found, LogGroupState log, IamRoleState role, ManagedSecretState? secret)
    {
        var size = FargateSize.For(request) ?? throw new InvalidOperationException(
            "No task of Fargate is as large as the containers want.");
        return new(
            found.At,
            scope.ObjectName(request.RevisionKey),
            size.CpuUnits,
            size.MemoryMegabytes,
            role.Arn,
            environment.TaskRole,
            log.Name,
            request.RevisionKey,
            secret?.Arn,
            [.. request.Containers.Select(Container)]);
    }

    private TaskContainer Container(ApplicationContainer container) => new(
        container.Name,
        container.Image,
        container.Variables.Where(variable => !variable.Value.IsSecret).ToDictionary(
            variable => variable.Key, variable => variable.Value.Reveal()),
        [.. container.Variables.Where(variable => variable.Value.IsSecret).Select(variable => variable.Key)],
        container.Entrypoint,
        container.Command,
        container.MemoryMegabytes,
        container.Name == request.Exposed ? request.ContainerPort : null,
        container.Health?.Command ?? [],
        container.Health is null ? 0 : Math.Min(300, StartSeconds(container.Health)),
        container.After);

    /// <summary>By the container's name and the variable's: all in one secret, which ECS reads when it starts a task.</summary>
    private Dictionary<string, string> HiddenVariables() => request.Containers
        .SelectMany(container => container.Variables.Where(variable => variable.Value.IsSecret)
            .Select(variable => (Name: $"{container.Name}.{variable.Key}", Text: variable.Value.Reveal())))
        .ToDictionary(variable => variable.Name, variable => variable.Text);

    private static int StartSeconds(HealthCheck health) => (int)Math.Ceiling(health.StartPeriod.TotalSeconds);

    /// <summary>An image's name without tag and digest.</summary>
    private static string Repository(string image)
    {
        var name = image.Split('@')[0];
        var tag = name.LastIndexOf(':');
        return tag > name.LastIndexOf('/') ? name[..tag] : name;
    }
}

using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>
/// What an application consists of: where it is reached, a service, and for each revision what its tasks are made from. The service changes in place, so that ECS replaces replicas when the new ones are well.
/// </summary>
internal sealed class ApplicationPlan(ApplicationRequest request, EcsOutputs environment)
{
    private const string ExecutionPolicy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
    private const int RetentionDays = 30;

    private readonly Scope scope = request.Scope;

    /// <summary>What all tasks of the application need.</summary>
    private sealed record Ground(
        Node<PlaceState> Place, Node<LogGroupState> Log, Node<IamRoleState> Role, IReadOnlyDictionary<string, Volume> Volumes)
    {
        public IEnumerable<Node> Nodes =>
            [Place, Log, Role, .. Volumes.Values.SelectMany(volume => (Node[])[volume.FileSystem, volume.AccessPoint, volume.Targets])];
    }

    private sealed record Volume(Node<FileSystemState> FileSystem, Node<AccessPointState> AccessPoint, Node<MountTargetsState> Targets);

    public void AddTo(Blueprint plan)
    {
        var ground = AddGround(plan);
        var (place, log) = (ground.Place, ground.Log);
        var entry = new EntryPlan(request, environment).AddTo(plan, place);
        var (targets, listener) = (entry.Targets, entry.Listener);
        var secret = AddSecret(plan, ground, request.RevisionKey, request.Containers);
        var definition = plan.Add<TaskDefinitionState>(
            $"{request.RevisionKey}/{ApplicationContainer.OnlyName}",
            Needed(ground, secret),
            values => Definition(values, ground, secret, request.RevisionKey, [.. request.Containers.Select(Container)]));
        IReadOnlyList<Node> before = request.IsNewRevision && request.PreDeploy.Count > 0
            ? [AddJob(plan, ground, secret, $"{request.RevisionKey}/pre-deploy", request.PreDeploy)]
            : [];
        Node[] needed = [place, log, targets, listener, definition, .. before, .. entry.Group is null ? [] : (Node[])[entry.Group]];
        var service = plan.Add<EcsServiceState>("service", needed, values => new EcsServiceSpec(
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
            request.RevisionKey)
        {
            EntryGroup = entry.Group is null ? null : values.Of(entry.Group).Id,
            OnMachines = environment.OnMachines,
        });

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

    /// <summary>A command in a task like a replica's, but of the exposed container alone and without its port.</summary>
    public void AddJobTo(Blueprint plan, JobRequest job)
    {
        var (ground, key) = (AddGround(plan), $"run-{job.Id}");
        AddJob(plan, ground, AddSecret(plan, ground, key, [request.ExposedContainer]), $"{key}/job", job.Command);
    }

    private Ground AddGround(Blueprint plan)
    {
        var place = plan.Add("place", new PlaceSpec(scope.ObjectName("place"), null, null) { Known = environment.Place });
        return new(
            place,
            plan.Add("log", place, found => new LogGroupSpec(found.At, $"/caastle/{scope.ObjectName("log")}", RetentionDays)),
            plan.Add("execution-role", place, found => new IamRoleSpec(
                found.At, scope.ObjectName("execution"), [ExecutionPolicy], TaskPolicy.ToReadSecrets(found.At, scope))),
            AddVolumes(plan, place));
    }

    private Dictionary<string, Volume> AddVolumes(Blueprint plan, Node<PlaceState> place)
    {
        var names = request.Containers.SelectMany(container => container.Volumes).Select(volume => volume.Name).Distinct().ToList();
        if (names.Count == 0)
        {
            return [];
        }

        var group = plan.Add("volume-group", place, found => new SecurityGroupSpec(
            found.At,
            SecurityGroupSpec.NameIn(scope, "volumes"),
            found.Vpc,
            $"Volumes of the application {scope.Name}",
            [Ingress.Port(Efs.Port, environment.SecurityGroup)]));
        return names.ToDictionary(name => name, name =>
        {
            var (key, part) = ($"volume/{name}", scope.ObjectName($"volume-{name}"));
            var files = plan.Add(key, place, found => new FileSystemSpec(found.At, part));
            return new Volume(
                files,
                plan.Add($"{key}/access-point", place, files, (found, made) => new AccessPointSpec(found.At, part, made.Id)),
                plan.Add($"{key}/mount-targets", place, files, group, (found, made, members) => new MountTargetsSpec(
                    found.At, part, made.Id, found.Subnets, members.Id)));
        });
    }

    /// <summary>What is secret of the containers' variables.</summary>
    /// <returns>Null where nothing is.</returns>
    private Node<ManagedSecretState>? AddSecret(
        Blueprint plan, Ground ground, string part, IReadOnlyList<ApplicationContainer> containers) =>
        HiddenVariables(containers) is { Count: > 0 } hidden
            ? plan.Add($"{part}/variables", ground.Place, found => new ManagedSecretSpec(
                found.At,
                scope.ObjectName($"variables-{part}"),
                $"Variables of the application {scope.Name}",
                new(JsonSerializer.Serialize(hidden))))
            : null;

    private Node<JobState> AddJob(
        Blueprint plan, Ground ground, Node<ManagedSecretState>? secret, string key, IReadOnlyList<string> command)
    {
        var name = key.Replace('/', '-');
        var container = Container(request.ExposedContainer) with { Command = command, Port = null, Check = [], After = [] };
        return plan.Add<JobState>(key, Needed(ground, secret), values => new JobSpec(
            values.Of(ground.Place).At,
            Definition(values, ground, secret, name, [container]),
            environment.Cluster,
            environment.Place.Subnets,
            environment.SecurityGroup));
    }

    private static IReadOnlyList<Node> Needed(Ground ground, Node<ManagedSecretState>? secret) =>
        secret is null ? [.. ground.Nodes] : [.. ground.Nodes, secret];

    private TaskDefinitionSpec Definition(
        NodeValues values, Ground ground, Node<ManagedSecretState>? secret, string part, IReadOnlyList<TaskContainer> containers)
    {
        var sized = request.Containers.Where(container => containers.Any(one => one.Name == container.Name));
        var size = environment.OnMachines ? null : FargateSize.For([.. sized]) ?? throw new InvalidOperationException(
            "No task of Fargate is as large as the containers want.");
        return new(
            values.Of(ground.Place).At,
            scope.ObjectName(part),
            size?.CpuUnits ?? 0,
            size?.MemoryMegabytes ?? 0,
            values.Of(ground.Role).Arn,
            environment.TaskRole,
            values.Of(ground.Log).Name,
            part,
            secret is null ? null : values.Of(secret).Arn,
            containers)
        {
            OnMachines = environment.OnMachines,
            Volumes =
            [
                .. containers.SelectMany(container => container.Mounts).Select(mount => mount.Name).Distinct().Select(name => new TaskVolume(
                    name, values.Of(ground.Volumes[name].FileSystem).Id, values.Of(ground.Volumes[name].AccessPoint).Id)),
            ],
        };
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
        container.After)
    {
        Mounts = container.Volumes,
        CpuUnits = environment.OnMachines ? container.CpuShares : null,
    };

    /// <summary>By the container's name and the variable's: all in one secret, which ECS reads when it starts a task.</summary>
    private static Dictionary<string, string> HiddenVariables(IReadOnlyList<ApplicationContainer> containers) => containers
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

using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Planning;

/// <summary>
/// Makes an operation's blueprint out of what the operation has recorded and the outputs of what it holds, so that it can be made
/// again, equal, after a crash. Touches no cloud.
/// </summary>
public sealed class Planner(ICloudCatalog catalog, DefinitionReader reader, IStateStore store, ObjectSerializer serializer)
{
    /// <summary>How many earlier revisions of a container keep their images.</summary>
    private const int RetainedImages = 10;

    public async Task<Blueprint> PlanAsync(Operation operation, CancellationToken cancellationToken)
    {
        var scope = new Scope(operation.Subject.Name, operation.SubjectId);
        var (text, file) = (operation.Request.Definition, operation.Request.FileName);
        var desired = operation.Request.Desired ?? new();
        return operation.Subject.Kind switch
        {
            SubjectKind.Environment => PlanEnvironment(reader.ReadEnvironment(text, file), scope, desired),
            SubjectKind.Container => PlanContainer(ContainerDefinition.Parse(text), scope, desired),
            SubjectKind.Application => await PlanApplicationAsync(operation, reader.ReadApplication(text, file, scope.Name), scope, cancellationToken),
            var kind => throw new InvalidOperationException($"Nothing plans {kind}."),
        };
    }

    public Blueprint PlanEnvironment(EnvironmentDefinition definition, Scope scope, Desired desired)
    {
        var cloud = Cloud(definition.Target);
        var plan = new Blueprint();
        Coe(cloud, definition.Type).Plan(new(scope, definition.CoeOptions, desired.IsStopped), plan);
        foreach (var resource in definition.Resources)
        {
            cloud.Resources.Single(type => type.Descriptor.Type == resource.Type).Plan(
                new(scope, resource.Name, resource.Options, desired.IsStopped, desired.Generations.GetValueOrDefault(resource.Part, 1)),
                plan.Part(resource.Part));
        }

        return plan;
    }

    /// <summary>The request that an application's COE plans by: images found, bindings replaced.</summary>
    /// <param name="environment">An environment that is available.</param>
    /// <param name="isNewRevision">Whether what must run before a new revision is to run.</param>
    public async Task<ApplicationRequest> RequestApplicationAsync(
        ApplicationDefinition definition,
        Scope scope,
        SubjectRecord environment,
        Desired desired,
        bool isNewRevision,
        CancellationToken cancellationToken)
    {
        var bindings = new BindingResolver(reader.ReadEnvironment(environment.Definition, environment.Key.Name), catalog);
        var containers = new List<ApplicationContainer>();
        foreach (var container in definition.Containers)
        {
            containers.Add(await RequestContainerAsync(container, bindings, environment, desired, cancellationToken));
        }

        return new(
            scope,
            new Scope(environment.Key.Name, environment.Id),
            environment.Outputs.TryGetValue("", out var own) ? Restore(own) : new Dictionary<string, Value>(),
            desired.Revision,
            isNewRevision,
            desired.IsStopped || desired.IsPaused ? 0 : desired.Replicas ?? definition.Replicas,
            containers,
            definition.Exposed,
            definition.ContainerPort,
            definition.HostPort,
            definition.Protocol,
            definition.Drain,
            definition.PreDeploy);
    }

    /// <summary>The reference that an image's name stands for now: what a container of that name has built last, or else the name itself.</summary>
    public async Task<string> ResolveImageAsync(string image, CancellationToken cancellationToken) =>
        await store.FindSubjectAsync(SubjectKey.Container(image), cancellationToken) is { } built
            ? serializer.Restore(built.Outputs[""]["Image"]).Reveal()
            : image;

    /// <summary>
    /// Keys of objects that stay although the blueprint does not contain them: images of a container's earlier revisions that applications
    /// run or may be rolled back to.
    /// </summary>
    public async Task<IReadOnlySet<string>> RetainedAsync(
        Operation operation, IReadOnlyList<ObjectRecord> objects, CancellationToken cancellationToken)
    {
        if (operation.Subject.Kind != SubjectKind.Container)
        {
            return new HashSet<string>();
        }

        var applications = await store.ListSubjectsAsync(SubjectKind.Application, cancellationToken);
        var used = applications.SelectMany(application => application.Desired.Images.Values).ToHashSet();
        var built = objects.Where(item => item.Status == ObjectStatus.Ready && item.Operation != operation.Id);
        return built.TakeLast(RetainedImages).Concat(objects.Where(item => used.Any(image => IsKnownAs(item, image)))).Select(item => item.Key).ToHashSet();
    }

    public ICloud Cloud(string name) => catalog.Clouds.Single(cloud => cloud.Name == name);

    public IRegistryType Registry(string type) =>
        catalog.Clouds.SelectMany(cloud => cloud.Registries).Single(registry => registry.Descriptor.Type == type);

    public static ICoeType Coe(ICloud cloud, string type) => cloud.Coes.Single(coe => coe.Descriptor.Type == type);

    /// <summary>An image's reference may be known before it is there, or only by what the registry answered.</summary>
    private static bool IsKnownAs(ObjectRecord item, string image) =>
        item.Identity == image || item.State?.Contains($"\"{image}\"", StringComparison.Ordinal) == true;

    private async Task<Blueprint> PlanApplicationAsync(
        Operation operation, ApplicationDefinition definition, Scope scope, CancellationToken cancellationToken)
    {
        var key = operation.Holds.Single(held => held.Kind == SubjectKind.Environment);
        var environment = await store.FindSubjectAsync(key, cancellationToken)
            ?? throw new InvalidOperationException($"{key} is gone.");
        var isNewRevision = operation.Request.Action is null or OperationAction.Redeploy;
        var request = await RequestApplicationAsync(
            definition, scope, environment, operation.Request.Desired ?? new(), isNewRevision, cancellationToken);
        var plan = new Blueprint();
        var coe = Coe(Cloud(environment.Cloud), environment.Type);
        if (operation.Kind == OperationKind.Run)
        {
            coe.PlanJob(new(request, operation.Id, operation.Request.Command), plan);
        }
        else
        {
            coe.PlanApplication(request, plan);
        }

        return plan;
    }

    private async Task<ApplicationContainer> RequestContainerAsync(
        ApplicationContainerDefinition definition,
        BindingResolver bindings,
        SubjectRecord environment,
        Desired desired,
        CancellationToken cancellationToken)
    {
        var built = await store.FindSubjectAsync(SubjectKey.Container(definition.Image), cancellationToken);
        return new(
            definition.Name,
            desired.Images.TryGetValue(definition.Name, out var image) ? image : await ResolveImageAsync(definition.Image, cancellationToken),
            ImageIsBuilt: built is not null && Registry(built.Type).KeepsOnThisMachine,
            definition.Variables.ToDictionary(
                variable => variable.Key,
                variable => bindings.Resolve(variable.Value, (part, name) => serializer.Restore(environment.Outputs[part][name]))),
            definition.MemoryMegabytes,
            definition.CpuShares,
            definition.Entrypoint,
            definition.Command,
            definition.Volumes,
            definition.Health,
            definition.After);
    }

    private Blueprint PlanContainer(ContainerDefinition definition, Scope scope, Desired desired)
    {
        var plan = new Blueprint();
        Registry(definition.Registry).Plan(definition.ToRequest(scope, desired), plan);
        return plan;
    }

    private Dictionary<string, Value> Restore(IReadOnlyDictionary<string, StoredValue> outputs) =>
        outputs.ToDictionary(output => output.Key, output => serializer.Restore(output.Value));
}

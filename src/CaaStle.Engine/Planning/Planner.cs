using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Planning;

/// <summary>
/// Makes the blueprint of a creation out of what the operation has recorded and the outputs of what it holds, so that it can be made
/// again, equal, after a crash. Touches no cloud.
/// </summary>
public sealed class Planner(ICloudCatalog catalog, DefinitionReader reader, IStateStore store, ObjectSerializer serializer)
{
    public async Task<Blueprint> PlanAsync(Operation operation, CancellationToken cancellationToken)
    {
        var scope = new Scope(operation.Subject.Name, operation.SubjectId);
        var (text, file) = (operation.Request.Definition, operation.Request.FileName);
        return operation.Subject.Kind switch
        {
            SubjectKind.Environment => PlanEnvironment(reader.ReadEnvironment(text, file), scope),
            SubjectKind.Container => PlanContainer(ContainerDefinition.Parse(text), scope),
            SubjectKind.Application => await PlanApplicationAsync(operation, reader.ReadApplication(text, file), scope, cancellationToken),
            var kind => throw new InvalidOperationException($"Nothing plans {kind}."),
        };
    }

    public Blueprint PlanEnvironment(EnvironmentDefinition definition, Scope scope)
    {
        var cloud = Cloud(definition.Target);
        var plan = new Blueprint();
        Coe(cloud, definition.Type).Plan(new(scope, definition.CoeOptions), plan);
        foreach (var resource in definition.Resources)
        {
            cloud.Resources.Single(type => type.Descriptor.Type == resource.Type)
                .Plan(new(scope, resource.Name, resource.Options), plan.Part(resource.Part));
        }

        return plan;
    }

    /// <summary>The request that an application's COE plans by: image found, bindings replaced.</summary>
    /// <param name="environment">An environment that is available.</param>
    public async Task<ApplicationRequest> RequestApplicationAsync(
        ApplicationDefinition definition, Scope scope, SubjectRecord environment, CancellationToken cancellationToken)
    {
        var bindings = new BindingResolver(reader.ReadEnvironment(environment.Definition, environment.Key.Name), catalog);
        return new(
            scope,
            new Scope(environment.Key.Name, environment.Id),
            environment.Outputs.TryGetValue("", out var own) ? Restore(own) : new Dictionary<string, Value>(),
            Revision: 1,
            IsNewRevision: true,
            definition.Replicas,
            [.. await Task.WhenAll(definition.Containers.Select(container => RequestContainerAsync(container, bindings, environment, cancellationToken)))],
            definition.Exposed,
            definition.ContainerPort,
            definition.HostPort,
            definition.Protocol,
            definition.Drain,
            definition.PreDeploy);
    }

    public ICloud Cloud(string name) => catalog.Clouds.Single(cloud => cloud.Name == name);

    public static ICoeType Coe(ICloud cloud, string type) => cloud.Coes.Single(coe => coe.Descriptor.Type == type);

    private async Task<Blueprint> PlanApplicationAsync(
        Operation operation, ApplicationDefinition definition, Scope scope, CancellationToken cancellationToken)
    {
        var key = operation.Holds.Single(held => held.Kind == SubjectKind.Environment);
        var environment = await store.FindSubjectAsync(key, cancellationToken)
            ?? throw new InvalidOperationException($"{key} is gone.");
        var plan = new Blueprint();
        Coe(Cloud(environment.Cloud), environment.Type)
            .PlanApplication(await RequestApplicationAsync(definition, scope, environment, cancellationToken), plan);
        return plan;
    }

    private async Task<ApplicationContainer> RequestContainerAsync(
        ApplicationContainerDefinition definition, BindingResolver bindings, SubjectRecord environment, CancellationToken cancellationToken)
    {
        var built = await store.FindSubjectAsync(SubjectKey.Container(definition.Image), cancellationToken);
        return new(
            definition.Name,
            built is null ? definition.Image : serializer.Restore(built.Outputs[""]["Image"]).Reveal(),
            ImageIsBuilt: built is not null,
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

    private Blueprint PlanContainer(ContainerDefinition definition, Scope scope)
    {
        var plan = new Blueprint();
        catalog.Clouds.SelectMany(cloud => cloud.Registries).Single(registry => registry.Descriptor.Type == definition.Registry)
            .Plan(new(scope, definition.ContextArchive, definition.Dockerfile), plan);
        return plan;
    }

    private Dictionary<string, Value> Restore(IReadOnlyDictionary<string, StoredValue> outputs) =>
        outputs.ToDictionary(output => output.Key, output => serializer.Restore(output.Value));
}

using System.Text.RegularExpressions;
using CaaStle.Abstractions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

public sealed partial class OperationService
{
    public async Task<Operation> CreateContainerAsync(CreateContainer request, CancellationToken cancellationToken)
    {
        SubjectNames.Check(request.Name);
        var registries = services.Catalog.Clouds.SelectMany(cloud => cloud.Registries.Select(registry => (Cloud: cloud, Registry: registry))).ToList();
        var (cloud, registry) = registries.FirstOrDefault(each => each.Registry.Descriptor.Type == request.Registry);
        if (cloud is null)
        {
            var known = registries.Select(each => each.Registry.Descriptor.Type);
            throw new RefusedException(
                RefusedException.InvalidRequest, $"There is no registry '{request.Registry}'; there are: {string.Join(", ", known)}.", []);
        }

        CheckOptions(registry.Descriptor, request.Options);
        var subject = SubjectKey.Container(request.Name);
        await RefuseExistingAsync(subject, cancellationToken);
        await RefuseObstaclesAsync(cloud, cancellationToken);
        var definition = new ContainerDefinition(request.Registry, request.ContextArchive, request.Dockerfile) { Options = request.Options };
        var record = NewSubject(subject, cloud.Name, request.Registry, null, definition.ToString(), request.By);
        await RefuseRegistryObstaclesAsync(definition, record, record.Desired, cancellationToken);
        return await CreateAsync(record, request.Dockerfile, request.KeepOnFailure, request, cancellationToken);
    }

    public async Task<Operation> UpdateContainerAsync(UpdateContainer request, CancellationToken cancellationToken)
    {
        var subject = await ChangeableAsync(SubjectKey.Container(request.Name), cancellationToken);
        await RefuseObstaclesAsync(services.Planner.Cloud(subject.Cloud), cancellationToken);
        var former = ContainerDefinition.Parse(subject.Definition);
        var definition = former with { ContextArchive = request.ContextArchive, Dockerfile = request.Dockerfile ?? former.Dockerfile };
        var desired = subject.Desired with { Revision = await NextRevisionAsync(subject, cancellationToken) };
        await RefuseRegistryObstaclesAsync(definition, subject, desired, cancellationToken);
        var update = NewUpdate(
            subject, OperationAction.Update, definition.ToString(), definition.Dockerfile, desired, [], request.KeepOnFailure, [], request);
        return await EnqueueAsync([new(update, null)], cancellationToken);
    }

    private async Task RefuseRegistryObstaclesAsync(
        ContainerDefinition definition, SubjectRecord container, Desired desired, CancellationToken cancellationToken)
    {
        var request = definition.ToRequest(new(container.Key.Name, container.Id), desired);
        RefuseFor(
            RefusedException.CloudNotReady,
            await services.Planner.Registry(definition.Registry).FindObstaclesAsync(request, cancellationToken));
    }

    private static void CheckOptions(TypeDescriptor registry, IReadOnlyDictionary<string, string> options)
    {
        foreach (var (name, value) in options)
        {
            var option = registry.Options.FirstOrDefault(each => each.Name == name);
            var problem = option is null ? $"The registry '{registry.Type}' has no option '{name}'."
                : option.Pattern is { } pattern && !Regex.IsMatch(value, $"^(?:{pattern})$") ? $"'{value}' is not {option.PatternMeaning}."
                : null;
            if (problem is not null)
            {
                throw new RefusedException(RefusedException.InvalidRequest, problem, []);
            }
        }
    }
}

using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <param name="Image">The reference to deploy it by.</param>
/// <param name="IsInForce">What a deployment takes now.</param>
/// <param name="Applications">Names of those that run it.</param>
public sealed record ContainerImage(int Revision, string Image, bool IsInForce, DateTimeOffset? BuiltAt, IReadOnlyList<string> Applications);

public interface IBindingReader
{
    /// <summary>Finds applications that go on with what is not so any more: values of an environment, an image of a container.</summary>
    /// <param name="subject">An environment or a container.</param>
    /// <returns>The names of the applications that are to be redeployed.</returns>
    Task<IReadOnlyList<string>> FindOutdatedAsync(SubjectRecord subject, CancellationToken cancellationToken);

    /// <returns>The images of a container that are kept, newest first.</returns>
    Task<IReadOnlyList<ContainerImage>> ListImagesAsync(SubjectRecord container, CancellationToken cancellationToken);
}

/// <inheritdoc/>
public sealed class BindingReader(IStateStore store, ObjectSerializer serializer, DefinitionReader reader, ICloudCatalog catalog) : IBindingReader
{
    public async Task<IReadOnlyList<string>> FindOutdatedAsync(SubjectRecord subject, CancellationToken cancellationToken)
    {
        var changes = await ChangesOfAsync(subject, cancellationToken);
        var outdated = new List<string>();
        foreach (var application in await store.ListSubjectsAsync(SubjectKind.Application, cancellationToken))
        {
            if (await IsOutdatedAsync(application, subject, changes, cancellationToken))
            {
                outdated.Add(application.Key.Name);
            }
        }

        return outdated;
    }

    public async Task<IReadOnlyList<ContainerImage>> ListImagesAsync(SubjectRecord container, CancellationToken cancellationToken)
    {
        var makers = (await store.ListObjectsAsync(container.Id, cancellationToken))
            .Where(item => item.Status == ObjectStatus.Ready)
            .Select(item => item.Operation)
            .ToHashSet();
        var applications = await store.ListSubjectsAsync(SubjectKind.Application, cancellationToken);
        var images = new List<ContainerImage>();
        foreach (var build in (await ChangesOfAsync(container, cancellationToken)).Where(build => makers.Contains(build.Id)))
        {
            var outputs = await OutputsOfAsync(build, cancellationToken);
            var image = serializer.Restore(outputs[""]["Image"]).Reveal();
            var revision = build.Request.Desired?.Revision ?? 1;
            images.Add(new(
                revision,
                image,
                IsInForce: revision == container.Desired.Revision,
                build.EndedAt,
                [.. applications.Where(application => application.Desired.Images.Values.Contains(image)).Select(application => application.Key.Name)]));
        }

        return images;
    }

    private async Task<bool> IsOutdatedAsync(
        SubjectRecord application, SubjectRecord subject, IReadOnlyList<Operation> changes, CancellationToken cancellationToken)
    {
        try
        {
            return subject.Key.Kind switch
            {
                SubjectKind.Environment =>
                    application.Environment == subject.Key.Name && await HasFormerValuesAsync(application, subject, changes, cancellationToken),
                SubjectKind.Container => HasFormerImage(application, subject),
                _ => false,
            };
        }
        catch (Exception exception) when (exception is InvalidDefinitionException or InvalidOperationException)
        {
            // A definition of before, an extension or a key that is gone: whoever changes the application next is told.
            return false;
        }
    }

    private bool HasFormerImage(SubjectRecord application, SubjectRecord container) =>
        container.Outputs.TryGetValue("", out var outputs)
        && outputs.TryGetValue("Image", out var current)
        && reader.ReadApplication(application.Definition, "", application.Key.Name).Containers.Any(each =>
            each.Image == container.Key.Name
            && application.Desired.Images.TryGetValue(each.Name, out var image)
            && image != serializer.Restore(current).Reveal());

    private async Task<bool> HasFormerValuesAsync(
        SubjectRecord application, SubjectRecord environment, IReadOnlyList<Operation> changes, CancellationToken cancellationToken)
    {
        if (application.Desired is { IsStopped: true } or { IsPaused: true })
        {
            return false;
        }

        // Operations on an application hold its environment, so that it was as the last change before them had left it.
        if (await ChangesOfAsync(application, cancellationToken) is not [var deployment, ..])
        {
            return false;
        }

        var before = changes.FirstOrDefault(change =>
            change.EndedAt <= deployment.RequestedAt || deployment.Request.After.Contains(change.Id));
        if (before is null || before == changes[0])
        {
            return false;
        }

        var then = await OutputsOfAsync(before, cancellationToken);
        var bindings = new BindingResolver(reader.ReadEnvironment(environment.Definition, environment.Key.Name), catalog);
        return reader.ReadApplication(application.Definition, "", application.Key.Name).Containers
            .SelectMany(container => container.Variables.Values)
            .Any(variable => Resolve(bindings, variable, then) != Resolve(bindings, variable, environment.Outputs));
    }

    /// <summary>Operations that made the subject what it was at one time, or is now; newest first.</summary>
    private async Task<IReadOnlyList<Operation>> ChangesOfAsync(SubjectRecord subject, CancellationToken cancellationToken)
    {
        var operations = await store.ListOperationsAsync(new(subject.Key, Limit: int.MaxValue), cancellationToken);
        return [.. operations.Where(operation =>
            operation.SubjectId == subject.Id
            && operation is { Kind: OperationKind.Create or OperationKind.Update, State: OperationState.Succeeded }
            && operation.Request.Action != OperationAction.Accept)];
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>>> OutputsOfAsync(
        Operation operation, CancellationToken cancellationToken)
    {
        var journal = await store.ReadWholeJournalAsync(operation.Id, cancellationToken);
        return journal.OfType<OperationCommitted>().LastOrDefault()?.Outputs ?? journal.OfType<OperationEnded>().Single().Outputs;
    }

    /// <returns>Null where the outputs do not have what the variable is bound to.</returns>
    private string? Resolve(
        BindingResolver bindings, string variable, IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> outputs)
    {
        var isComplete = true;
        var value = bindings.Resolve(variable, (part, name) =>
        {
            if (outputs.TryGetValue(part, out var values) && values.TryGetValue(name, out var found))
            {
                return serializer.Restore(found);
            }

            isComplete = false;
            return Value.Plain("");
        });
        return isComplete ? value.Reveal() : null;
    }
}

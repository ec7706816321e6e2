using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

public sealed partial class OperationService
{
    public async Task<Operation> ChangeApplicationAsync(ChangeApplication request, CancellationToken cancellationToken)
    {
        var subject = await ChangeableAsync(SubjectKey.Application(request.Name), cancellationToken);
        var environment = await FindAsync(SubjectKey.Environment(subject.Environment!), cancellationToken);
        if (request.Action != OperationAction.Stop)
        {
            environment = await AvailableAsync(environment.Key, cancellationToken);
        }

        var (text, file, desired) = await AimAsync(request, subject, environment, cancellationToken);
        var definition = reader.ReadApplication(text, file, request.Name);
        if (!desired.IsStopped)
        {
            CheckBindings(definition, environment, file);
            await RefuseApplicationObstaclesAsync(definition, subject with { Desired = desired }, environment, cancellationToken);
        }

        var holds = await HoldsOfAsync(definition, environment, cancellationToken);
        return await EnqueueAsync(
            [new(NewUpdate(subject, request.Action, text, file, desired, holds, request.KeepOnFailure, [], request), null)], cancellationToken);
    }

    public async Task<Operation> RunAsync(RunCommand request, CancellationToken cancellationToken)
    {
        var subject = await ChangeableAsync(SubjectKey.Application(request.Application), cancellationToken);
        var environment = await AvailableAsync(SubjectKey.Environment(subject.Environment!), cancellationToken);
        if (request.Command.Count == 0)
        {
            throw new RefusedException(
                RefusedException.InvalidRequest, "There is no command.", [$"cld app run {request.Application} -- COMMAND ARGUMENTS"]);
        }

        var definition = reader.ReadApplication(subject.Definition, "", request.Application);
        CheckBindings(definition, environment, "");
        var holds = await HoldsOfAsync(definition, environment, cancellationToken);
        await RefuseApplicationObstaclesAsync(definition with { PreDeploy = request.Command }, subject, environment, cancellationToken);
        var what = new OperationRequest(subject.Definition, "", KeepOnFailure: false, KeepData: false, After: [])
        {
            Command = request.Command,
            Desired = subject.Desired,
        };
        return await EnqueueAsync([new(NewOperation(OperationKind.Run, subject, holds, what, request), null)], cancellationToken);
    }

    /// <summary>What a change aims at: which definition, at which revision, in which number.</summary>
    private async Task<(string Text, string File, Desired Desired)> AimAsync(
        ChangeApplication request, SubjectRecord subject, SubjectRecord environment, CancellationToken cancellationToken)
    {
        var now = subject.Desired with { EnvironmentRevision = environment.Desired.Revision };
        var next = now with { Revision = await NextRevisionAsync(subject, cancellationToken), IsStopped = false };

        // What runs is bound to what the environment was; where that has changed, the same revision would not be the same.
        var same = environment.Desired.Revision == subject.Desired.EnvironmentRevision ? now : next with { IsStopped = now.IsStopped };
        var (least, most) = (ApplicationGrammar.Replicas.Minimum, ApplicationGrammar.Replicas.Maximum);
        switch (request.Action)
        {
            case OperationAction.Redeploy:
                var (text, file) = request.Definition is null ? (subject.Definition, "") : (request.Definition, request.FileName);
                var definition = reader.ReadApplication(text, file, request.Name);
                return (text, file, next with
                {
                    Images = await ResolveImagesAsync(definition, environment, cancellationToken),
                    Replicas = request.Definition is null ? now.Replicas : null,
                });
            case OperationAction.RollBack:
                var target = await FindRevisionAsync(request.Revision, subject, cancellationToken);
                return (target.Definition, "", next with { Images = await PinAsync(target, request.Name, cancellationToken) });
            case OperationAction.Scale when !(request.Replicas >= least && request.Replicas <= most):
                throw new RefusedException(
                    RefusedException.InvalidRequest,
                    $"An application has {least} to {most} replicas, not {request.Replicas}.",
                    request.Replicas == 0 ? [$"cld app stop {request.Name}"] : []);
            case OperationAction.Scale when now.IsStopped:
                throw new RefusedException(RefusedException.NotAvailable, $"{subject.Key} is stopped.", [$"cld app start {request.Name}"]);
            case OperationAction.Scale:
                return (subject.Definition, "", same with { Replicas = request.Replicas });
            case OperationAction.Restart:
                return (subject.Definition, "", next);
            case OperationAction.Stop or OperationAction.Start when now.IsStopped == (request.Action == OperationAction.Stop):
                throw new RefusedException(
                    RefusedException.NotAvailable,
                    $"{subject.Key} {(now.IsStopped ? "is stopped already" : "runs already")}.",
                    [SubjectNames.NextToShow(subject.Key)]);
            case OperationAction.Stop:
                return (subject.Definition, "", now with { IsStopped = true });
            case OperationAction.Start:
                return (subject.Definition, "", same with { IsStopped = false });
            case OperationAction.Repair:
                return (subject.Definition, "", same);
            case var unknown:
                throw new RefusedException(RefusedException.InvalidRequest, $"An application knows no '{unknown}'.", []);
        }
    }

    private async Task<Revision> FindRevisionAsync(int? number, SubjectRecord subject, CancellationToken cancellationToken)
    {
        var revisions = await new RevisionReader(store, services.Serializer, reader).ReadAsync(subject.Key, cancellationToken);
        var good = revisions.Where(revision => revision is { IsNew: true, IsGone: false, State: OperationState.Succeeded }).ToList();
        var wanted = number is null
            ? good.FirstOrDefault(revision => revision.Number < subject.Desired.Revision)
            : good.FirstOrDefault(revision => revision.Number == number);
        return wanted ?? throw new RefusedException(
            RefusedException.NotAvailable,
            number is null
                ? $"{subject.Key} has no earlier revision that was good."
                : $"{subject.Key} has no revision {number} that was good; it has {string.Join(", ", good.Select(revision => revision.Number))}.",
            [$"cld app history {subject.Key.Name}"]);
    }

    /// <summary>The images that the revision ran, whatever their names stand for by now.</summary>
    private async Task<IReadOnlyDictionary<string, string>> PinAsync(Revision revision, string application, CancellationToken cancellationToken)
    {
        var definition = reader.ReadApplication(revision.Definition, "", application);
        var exposed = definition.Containers.First(container => container.Name == definition.Exposed);
        var isBuilt = await store.FindSubjectAsync(SubjectKey.Container(exposed.Image), cancellationToken) is not null;
        return isBuilt || revision.Image is null
            ? revision.Images
            : new Dictionary<string, string>(revision.Images) { [exposed.Name] = revision.Image };
    }

    /// <summary>Numbers are never used twice, those of revisions that failed included.</summary>
    private async Task<int> NextRevisionAsync(SubjectRecord subject, CancellationToken cancellationToken)
    {
        var operations = await store.ListOperationsAsync(new(subject.Key, Limit: int.MaxValue), cancellationToken);
        return 1 + operations
            .Where(operation => operation.SubjectId == subject.Id)
            .Select(operation => operation.Request.Desired?.Revision ?? 1)
            .DefaultIfEmpty(subject.Desired.Revision)
            .Max();
    }

    private void CheckBindings(ApplicationDefinition definition, SubjectRecord environment, string file)
    {
        var bindings = new BindingResolver(reader.ReadEnvironment(environment.Definition, environment.Key.Name), services.Catalog);
        var problems = bindings.Check(definition, file);
        if (problems.Count > 0)
        {
            throw new InvalidDefinitionException(problems);
        }

        // Whatever it is bound to, it runs on what belongs to the environment itself.
        var missing = bindings.PartsOf(definition).Append("").Distinct().Where(environment.HasForgotten).Order().ToList();
        if (missing.Count > 0)
        {
            throw new RefusedException(
                RefusedException.NotAvailable,
                $"{string.Join(", ", missing.Select(part => part.Length == 0 ? environment.Type : part))} of {environment.Key} was missing and is forgotten.",
                [$"cld env update {environment.Key.Name} FILE"]);
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> ResolveImagesAsync(
        ApplicationDefinition definition, SubjectRecord environment, CancellationToken cancellationToken)
    {
        await RefuseUnbuiltAsync(definition, environment, cancellationToken);
        var images = new Dictionary<string, string>();
        foreach (var container in definition.Containers)
        {
            images[container.Name] = await services.Planner.ResolveImageAsync(container.Image, cancellationToken);
        }

        return images;
    }

    /// <summary>The image of a container that is to be built must not be taken for one that some registry offers by chance.</summary>
    private async Task RefuseUnbuiltAsync(ApplicationDefinition definition, SubjectRecord environment, CancellationToken cancellationToken)
    {
        var registry = services.Planner.Cloud(environment.Cloud).Registries.Select(each => each.Descriptor.Type).FirstOrDefault("REGISTRY");
        var (missing, next) = (new List<string>(), new List<string>());
        foreach (var container in definition.Built)
        {
            if (await store.FindSubjectAsync(SubjectKey.Container(container.Image), cancellationToken) is null)
            {
                missing.Add(container.Image);
                var (context, dockerfile) = (ShellWords.Quote(container.Build!.Context), ShellWords.Quote(container.Build.Dockerfile));
                next.Add($"cld container create {container.Image} {registry} --context {context} --file {dockerfile}");
            }
        }

        if (missing.Count > 0)
        {
            throw new RefusedException(RefusedException.NotFound, $"What is to be built before is not there: {string.Join(", ", missing)}.", next);
        }
    }

    /// <summary>The environment, and the containers whose images are to run.</summary>
    private async Task<IReadOnlyList<SubjectKey>> HoldsOfAsync(
        ApplicationDefinition definition, SubjectRecord environment, CancellationToken cancellationToken)
    {
        var holds = new List<SubjectKey> { environment.Key };
        foreach (var key in definition.Containers.Select(container => SubjectKey.Container(container.Image)).Distinct())
        {
            if (await store.FindSubjectAsync(key, cancellationToken) is not null)
            {
                await AvailableAsync(key, cancellationToken);
                holds.Add(key);
            }
        }

        return holds;
    }

    private async Task RefuseApplicationObstaclesAsync(
        ApplicationDefinition definition, SubjectRecord application, SubjectRecord environment, CancellationToken cancellationToken)
    {
        var cloud = services.Planner.Cloud(environment.Cloud);
        await RefuseObstaclesAsync(cloud, cancellationToken);
        if (Planner.Coe(cloud, environment.Type) is IApplicationCheck check)
        {
            var planned = await services.Planner.RequestApplicationAsync(
                definition, new(application.Key.Name, application.Id), environment, application.Desired, isNewRevision: true, cancellationToken);
            RefuseFor(RefusedException.NotAvailable, await check.FindObstaclesAsync(planned, cancellationToken));
        }
    }

    /// <summary>A subject that is there and that nothing works on.</summary>
    private async Task<SubjectRecord> ChangeableAsync(SubjectKey key, CancellationToken cancellationToken)
    {
        var subject = await FindAsync(key, cancellationToken);
        if (subject.Status is SubjectStatus.Available or SubjectStatus.Stopped or SubjectStatus.UpdateFailed)
        {
            return subject;
        }

        var underWay = await store.ListOperationsAsync(new(key, UnderWay: true, Limit: 1), cancellationToken);
        throw underWay is [var holder, ..]
            ? new OperationConflictException(holder)
            : NotAvailable(subject);
    }

    private Operation NewUpdate(
        SubjectRecord subject,
        string action,
        string definition,
        string file,
        Desired desired,
        IReadOnlyList<SubjectKey> holds,
        bool keepOnFailure,
        IReadOnlyList<string> after,
        ClientRequest request) => NewOperation(
            OperationKind.Update,
            subject,
            holds,
            new(definition, file, keepOnFailure, KeepData: false, after) { Action = action, Desired = desired, StatusBefore = subject.Status },
            request);
}

using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <inheritdoc/>
public sealed partial class OperationService(EngineServices services, DefinitionReader reader, OperationScheduler scheduler) : IOperationService
{
    private readonly IStateStore store = services.Store;

    public async Task<Operation> CreateEnvironmentAsync(CreateEnvironment request, CancellationToken cancellationToken)
    {
        SubjectNames.Check(request.Name);
        var definition = reader.ReadEnvironment(request.Definition, request.FileName);
        var subject = SubjectKey.Environment(request.Name);
        await RefuseExistingAsync(subject, cancellationToken);
        await RefuseObstaclesAsync(services.Planner.Cloud(definition.Target), cancellationToken);
        var record = NewSubject(subject, definition.Target, definition.Type, null, request.Definition, request.By) with
        {
            ExpiresAt = ExpiryAfter(request.TimeToLive),
        };
        var scope = new Scope(record.Key.Name, record.Id);
        var planned = services.Planner.PlanEnvironment(definition, scope, new()).Nodes.OfType<IObjectNode>().Select(services.Handlers.KindOf);
        await RefuseEnvironmentObstaclesAsync(definition, scope, planned, cancellationToken);
        return await CreateAsync(record, request.FileName, request.KeepOnFailure, request, cancellationToken);
    }

    public async Task<IReadOnlyList<PlannedObject>> PlanEnvironmentAsync(CreateEnvironment request, CancellationToken cancellationToken)
    {
        SubjectNames.Check(request.Name);
        var definition = reader.ReadEnvironment(request.Definition, request.FileName);
        await RefuseExistingAsync(SubjectKey.Environment(request.Name), cancellationToken);
        var blueprint = services.Planner.PlanEnvironment(definition, new Scope(request.Name, Preview.UnknownId), new Desired());
        return Preview.Of(blueprint, services.Handlers);
    }

    public async Task<Operation> DeployApplicationAsync(DeployApplication request, CancellationToken cancellationToken)
    {
        SubjectNames.Check(request.Name);
        var definition = reader.ReadApplication(request.Definition, request.FileName, request.Name);
        var environmentKey = SubjectKey.Environment(request.Environment);
        var environment = await AvailableAsync(environmentKey, cancellationToken);
        CheckBindings(definition, environment, request.FileName);
        var subject = SubjectKey.Application(request.Name);
        await RefuseExistingAsync(subject, cancellationToken);
        var record = NewSubject(
            subject, environment.Cloud, environment.Type, request.Environment, request.Definition, request.By) with
        {
            Desired = new()
            {
                Images = await ResolveImagesAsync(definition, environment, cancellationToken),
                EnvironmentRevision = environment.Desired.Revision,
            },
        };
        await RefuseApplicationObstaclesAsync(definition, record, environment, cancellationToken);
        var holds = await HoldsOfAsync(definition, environment, cancellationToken);
        var what = new OperationRequest(request.Definition, request.FileName, request.KeepOnFailure, KeepData: false, After: []) { Desired = record.Desired };
        return await EnqueueAsync([new(NewOperation(OperationKind.Create, record, holds, what, request), record)], cancellationToken);
    }

    public async Task<Operation> DeleteAsync(DeleteSubject request, CancellationToken cancellationToken)
    {
        var subject = await FindAsync(request.Subject, cancellationToken);
        var applications = await ApplicationsOfAsync(request, cancellationToken);
        List<NewOperation> deletions = [.. applications.Select(application => NewDeletion(application, request, []))];
        deletions.Add(NewDeletion(subject, request, [.. deletions.Select(deletion => deletion.Operation.Id)]));
        return await EnqueueAsync(deletions, cancellationToken);
    }

    public async Task<IReadOnlyList<PlannedObject>> PlanDeletionAsync(DeleteSubject request, CancellationToken cancellationToken)
    {
        var subject = await FindAsync(request.Subject, cancellationToken);
        var applications = await ApplicationsOfAsync(request, cancellationToken);
        var planned = new List<PlannedObject>();
        foreach (var each in applications.Prepend(subject))
        {
            var objects = await store.ListObjectsAsync(each.Id, cancellationToken);
            var kept = request.KeepData ? Deletion.WithWhatTheyNeed(objects, item => item.HoldsData) : [];
            var prefix = each == subject ? "" : $"{each.Key.Name}: ";
            planned.AddRange(objects.Where(item => !kept.Contains(item.Key)).Select(item =>
                new PlannedObject(prefix + item.Key, item.Kind, item.Identity, [.. item.DependsOn.Select(key => prefix + key)], item.HoldsData)));
        }

        return planned;
    }

    public async Task<Operation> CancelAsync(string operationId, bool keep, string by, CancellationToken cancellationToken)
    {
        var operation = await store.FindOperationAsync(operationId, cancellationToken)
            ?? throw new RefusedException(RefusedException.NotFound, $"There is no operation '{operationId}'.", ["cld op list"]);
        RefuseCancelling(operation, keep);
        if (keep || operation.CancelledBy is null)
        {
            try
            {
                await store.AppendAsync(operationId, [new CancelRequested(by) { Keep = keep }], cancellationToken);
            }
            catch (OperationEndedException)
            {
                throw HasEnded(operation);
            }
        }

        if (keep)
        {
            scheduler.Keep(operationId);
        }
        else
        {
            scheduler.Cancel(operationId);
        }

        return await store.FindOperationAsync(operationId, cancellationToken) ?? operation;
    }

    private static RefusedException HasEnded(Operation operation) =>
        new(RefusedException.NotAvailable, $"{operation.Id} has ended.", [$"cld op show {operation.Id}"]);

    private static void RefuseCancelling(Operation operation, bool keep)
    {
        var reason = operation switch
        {
            { IsEnded: true } => throw HasEnded(operation),
            { Kind: OperationKind.Delete } => "is a deletion: what is gone cannot be brought back, so it only goes forward",
            { State: OperationState.Finishing } => "has made everything ready and only takes away what is not needed any more",
            { State: not OperationState.RollingBack } when keep => "is not being undone",
            _ => null,
        };
        if (reason is not null)
        {
            throw new RefusedException(RefusedException.NotAvailable, $"{operation.Id} {reason}.", [$"cld op watch {operation.Id}"]);
        }
    }

    private async Task<Operation> CreateAsync(
        SubjectRecord record, string fileName, bool keepOnFailure, ClientRequest request, CancellationToken cancellationToken)
    {
        var what = new OperationRequest(record.Definition, fileName, keepOnFailure, KeepData: false, After: []);
        return await EnqueueAsync([new(NewOperation(OperationKind.Create, record, [], what, request), record)], cancellationToken);
    }

    private SubjectRecord NewSubject(SubjectKey key, string cloud, string type, string? environment, string definition, string by) => new(
        key,
        Draw.SubjectId(services.Random),
        SubjectStatus.Creating,
        cloud,
        type,
        environment,
        definition,
        new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>(),
        services.Clock.GetUtcNow(),
        by,
        new Desired(),
        ExpiresAt: null);

    private NewOperation NewDeletion(SubjectRecord subject, DeleteSubject request, IReadOnlyList<string> after)
    {
        var what = new OperationRequest(subject.Definition, "", KeepOnFailure: false, request.KeepData, after);
        IReadOnlyList<SubjectKey> holds = subject.Environment is { } environment ? [SubjectKey.Environment(environment)] : [];
        return new(NewOperation(OperationKind.Delete, subject, holds, what, request), null);
    }

    private Operation NewOperation(
        OperationKind kind, SubjectRecord subject, IReadOnlyList<SubjectKey> holds, OperationRequest what, ClientRequest request)
    {
        var now = services.Clock.GetUtcNow();
        return new(
            Draw.OperationId(services.Random, now),
            kind,
            subject.Key,
            subject.Id,
            holds,
            what,
            OperationState.Queued,
            request.By,
            now,
            CancelledBy: null,
            Failure: null,
            EndedAt: null,
            request.RequestKey);
    }

    private async Task<Operation> EnqueueAsync(IReadOnlyList<NewOperation> operations, CancellationToken cancellationToken)
    {
        Operation last;
        try
        {
            last = await store.EnqueueAsync(operations, cancellationToken);
        }
        catch (SubjectChangedException exception)
        {
            throw new RefusedException(
                RefusedException.NotAvailable, $"{exception.Subject} has changed meanwhile.", SubjectNames.NextToFind(exception.Subject));
        }

        if (last == operations[^1].Operation)
        {
            foreach (var (operation, _) in operations)
            {
                scheduler.Submit(operation.Id);
            }
        }

        return last;
    }

    /// <returns>The applications that are to be deleted first: those in an environment, when it is forced.</returns>
    /// <exception cref="RefusedException">Applications need the subject.</exception>
    private async Task<IReadOnlyList<SubjectRecord>> ApplicationsOfAsync(DeleteSubject request, CancellationToken cancellationToken)
    {
        var users = (await store.ListSubjectsAsync(SubjectKind.Application, cancellationToken)).Where(Needs).ToList();
        var mayForce = request.Subject.Kind == SubjectKind.Environment;
        if (users.Count == 0 || (request.Force && mayForce))
        {
            return users;
        }

        var names = users.ConvertAll(user => user.Key.Name);
        IEnumerable<string> next = names.Select(name => $"cld app delete {name}");
        throw new RefusedException(
            RefusedException.InUse,
            $"Applications run {(mayForce ? "in " : "")}{request.Subject}: {string.Join(", ", names)}.",
            [.. mayForce ? next.Append($"cld env delete {request.Subject.Name} --force") : next]);

        bool Needs(SubjectRecord application) => request.Subject.Kind switch
        {
            SubjectKind.Environment => application.Environment == request.Subject.Name,
            SubjectKind.Container => reader.ReadApplication(application.Definition, "", application.Key.Name).Containers
                .Any(container => container.Image == request.Subject.Name),
            _ => false,
        };
    }

    private async Task<SubjectRecord> FindAsync(SubjectKey key, CancellationToken cancellationToken) =>
        await store.FindSubjectAsync(key, cancellationToken)
        ?? throw new RefusedException(RefusedException.NotFound, $"There is no {key}.", SubjectNames.NextToFind(key));

    private async Task<SubjectRecord> AvailableAsync(SubjectKey key, CancellationToken cancellationToken)
    {
        var subject = await FindAsync(key, cancellationToken);
        return subject.Status == SubjectStatus.Available ? subject : throw NotAvailable(subject);
    }

    private static RefusedException NotAvailable(SubjectRecord subject) =>
        subject is { Key: { Kind: SubjectKind.Environment, Name: var name }, Status: SubjectStatus.Stopped }
            ? new(RefusedException.NotAvailable, $"{subject.Key} is paused.", [$"cld env resume {name}"])
            : new(
                RefusedException.NotAvailable,
                $"{subject.Key} is not available: {subject.Status.ToString().ToLowerInvariant()}.",
                [SubjectNames.NextToShow(subject.Key)]);

    /// <summary>A clear answer while nothing is under way; the store refuses what comes at the same moment.</summary>
    private async Task RefuseExistingAsync(SubjectKey key, CancellationToken cancellationToken)
    {
        if (await store.FindSubjectAsync(key, cancellationToken) is not { } existing)
        {
            return;
        }

        var underWay = await store.ListOperationsAsync(new(key, UnderWay: true, Limit: 1), cancellationToken);
        throw existing.Status is SubjectStatus.Available or SubjectStatus.CreateFailed || underWay.Count == 0
            ? new SubjectExistsException(key)
            : new OperationConflictException(underWay[0]);
    }

    private static async Task RefuseObstaclesAsync(ICloud cloud, CancellationToken cancellationToken) =>
        RefuseFor(RefusedException.CloudNotReady, await cloud.FindObstaclesAsync(cancellationToken));

    private static void RefuseFor(string code, IReadOnlyList<string> obstacles)
    {
        if (obstacles.Count > 0)
        {
            throw new RefusedException(code, string.Join(' ', obstacles), []);
        }
    }
}

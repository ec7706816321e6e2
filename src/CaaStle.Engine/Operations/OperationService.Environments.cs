using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

public sealed partial class OperationService
{
    private static readonly TimeSpan LongestTimeToLive = TimeSpan.FromDays(3650);

    public async Task<Operation> UpdateEnvironmentAsync(UpdateEnvironment request, CancellationToken cancellationToken)
    {
        var (subject, definition, desired) = await AimAsync(request, cancellationToken);
        var changes = await PreviewAsync(subject, definition, desired, cancellationToken);
        var lost = changes
            .Where(change => change.LosesData)
            .Select(change => change.Key)
            .ToList();
        if (lost.Count > 0 && request.Confirm != request.Name)
        {
            var file = request.FileName.Length > 0 ? ShellWords.Quote(request.FileName) : "FILE";
            throw new RefusedException(
                RefusedException.LosesData,
                $"The data of {string.Join(", ", lost)} would be lost.",
                [$"cld env update {request.Name} {file} --confirm {request.Name}"]);
        }

        await RefuseObstaclesAsync(services.Planner.Cloud(definition.Target), cancellationToken);
        await RefuseEnvironmentObstaclesAsync(
            definition,
            new(subject.Key.Name, subject.Id),
            changes.Where(change => change.Change == ChangeKind.Create).Select(change => change.Kind),
            cancellationToken);
        return await EnqueueAsync(
            [new(NewUpdate(subject, OperationAction.Update, request.Definition, request.FileName, desired, [], request.KeepOnFailure, [], request), null)],
            cancellationToken);
    }

    public async Task<IReadOnlyList<PlannedChange>> PlanUpdateAsync(UpdateEnvironment request, CancellationToken cancellationToken)
    {
        var (subject, definition, desired) = await AimAsync(request, cancellationToken);
        return await PreviewAsync(subject, definition, desired, cancellationToken);
    }

    public async Task<Operation> SwitchEnvironmentAsync(SwitchEnvironment request, CancellationToken cancellationToken)
    {
        var subject = await ChangeableAsync(SubjectKey.Environment(request.Name), cancellationToken);
        var isStopped = request.Action switch
        {
            OperationAction.Pause => true,
            OperationAction.Resume => false,
            OperationAction.Repair => subject.Desired.IsStopped,
            var unknown => throw new RefusedException(RefusedException.InvalidRequest, $"An environment knows no '{unknown}'.", []),
        };
        var applications = (await store.ListSubjectsAsync(SubjectKind.Application, cancellationToken))
            .Where(application => application.Environment == request.Name)
            .ToList();
        var isSo = isStopped == subject.Desired.IsStopped && applications.TrueForAll(each => each.Desired.IsPaused == isStopped);
        if (request.Action != OperationAction.Repair && isSo)
        {
            throw new RefusedException(
                RefusedException.NotAvailable,
                $"{subject.Key} {(isStopped ? "is paused already" : "runs already")}.",
                [SubjectNames.NextToShow(subject.Key)]);
        }

        await RefuseObstaclesAsync(services.Planner.Cloud(subject.Cloud), cancellationToken);
        foreach (var application in applications)
        {
            await ChangeableAsync(application.Key, cancellationToken);
        }

        // What needs something stops before it, and starts after it.
        var operations = new List<NewOperation>();
        if (!isStopped)
        {
            operations.Add(New(subject, subject.Desired with { IsStopped = false }, []));
        }

        string[] first = [.. operations.Select(each => each.Operation.Id)];
        foreach (var application in applications)
        {
            operations.Add(New(application, application.Desired with { IsPaused = isStopped }, first));
        }

        if (isStopped)
        {
            operations.Add(New(subject, subject.Desired with { IsStopped = true }, [.. operations.Select(each => each.Operation.Id)]));
        }

        return await EnqueueAsync(operations, cancellationToken);

        NewOperation New(SubjectRecord each, Desired desired, IReadOnlyList<string> after)
        {
            IReadOnlyList<SubjectKey> holds = each == subject ? [] : [subject.Key];
            return new(NewUpdate(each, request.Action, each.Definition, "", desired, holds, false, after, request), null);
        }
    }

    public async Task<DateTimeOffset?> SetTimeToLiveAsync(string name, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        var expiresAt = ExpiryAfter(timeToLive);
        var subject = await FindAsync(SubjectKey.Environment(name), cancellationToken);
        var underWay = await store.ListOperationsAsync(new(subject.Key, UnderWay: true, Limit: int.MaxValue), cancellationToken);
        if (underWay.FirstOrDefault(operation => operation.Kind == OperationKind.Delete) is { } deletion)
        {
            throw new OperationConflictException(deletion);
        }

        try
        {
            await store.UpdateSubjectExpiryAsync(subject.Key, subject.Id, expiresAt, cancellationToken);
        }
        catch (SubjectChangedException)
        {
            throw new RefusedException(RefusedException.NotFound, $"{subject.Key} is gone.", SubjectNames.NextToFind(subject.Key));
        }

        return expiresAt;
    }

    private DateTimeOffset? ExpiryAfter(TimeSpan? timeToLive) => timeToLive is null || (timeToLive > TimeSpan.Zero && timeToLive <= LongestTimeToLive)
        ? services.Clock.GetUtcNow() + timeToLive
        : throw new RefusedException(
            RefusedException.InvalidRequest, $"A time to live is more than nothing and at most {LongestTimeToLive.TotalDays} days.", []);

    private async Task<(SubjectRecord Subject, EnvironmentDefinition Definition, Desired Desired)> AimAsync(
        UpdateEnvironment request, CancellationToken cancellationToken)
    {
        var definition = reader.ReadEnvironment(request.Definition, request.FileName);
        var subject = await ChangeableAsync(SubjectKey.Environment(request.Name), cancellationToken);
        if (subject.Status == SubjectStatus.Stopped)
        {
            throw NotAvailable(subject);
        }

        if ((definition.Target, definition.Type) != (subject.Cloud, subject.Type))
        {
            throw new RefusedException(
                RefusedException.NotAvailable,
                $"{subject.Key} is of the type {subject.Type} on {subject.Cloud}, and cannot become {definition.Type} on {definition.Target}.",
                ["cld env create NAME FILE"]);
        }

        await RefuseBrokenBindingsAsync(subject, definition, cancellationToken);
        var former = reader.ReadEnvironment(subject.Definition, subject.Key.Name);
        var desired = subject.Desired with
        {
            Revision = await NextRevisionAsync(subject, cancellationToken),
            Generations = Generations(former, definition, subject.Desired.Generations),
        };
        return (subject, definition, desired);
    }

    /// <param name="added">The kinds of the objects that would be made.</param>
    private async Task RefuseEnvironmentObstaclesAsync(
        EnvironmentDefinition definition, Scope scope, IEnumerable<string> added, CancellationToken cancellationToken)
    {
        if (Planner.Coe(services.Planner.Cloud(definition.Target), definition.Type) is IEnvironmentCheck check)
        {
            var counted = added.CountBy(kind => kind).ToDictionary();
            RefuseFor(
                RefusedException.NotAvailable,
                await check.FindObstaclesAsync(new(scope, definition.CoeOptions), counted, cancellationToken));
        }
    }

    /// <summary>What applications are bound to must stay.</summary>
    private async Task RefuseBrokenBindingsAsync(SubjectRecord environment, EnvironmentDefinition definition, CancellationToken cancellationToken)
    {
        var bindings = new BindingResolver(definition, services.Catalog);
        var broken = new List<string>();
        foreach (var application in await store.ListSubjectsAsync(SubjectKind.Application, cancellationToken))
        {
            if (application.Environment == environment.Key.Name)
            {
                var name = application.Key.Name;
                var problems = bindings.Check(reader.ReadApplication(application.Definition, name, name), name);
                broken.AddRange(problems.Select(problem => $"{application.Key}: {problem.Path}: {problem.Message}."));
            }
        }

        if (broken.Count > 0)
        {
            throw new RefusedException(
                RefusedException.InUse, $"Applications are bound to what would go. {string.Join(' ', broken)}", ["cld app redeploy APP FILE"]);
        }
    }

    /// <summary>Data is replaced where an option changes that says so.</summary>
    private Dictionary<string, int> Generations(
        EnvironmentDefinition former, EnvironmentDefinition next, IReadOnlyDictionary<string, int> generations)
    {
        var result = new Dictionary<string, int>();
        foreach (var resource in next.Resources)
        {
            var before = former.Resources.FirstOrDefault(each => each.Part == resource.Part);
            var options = services.Planner.Cloud(next.Target).Resources.Single(type => type.Descriptor.Type == resource.Type).Descriptor.Options;
            var isLost = before is not null && options.Any(option =>
                option.OnChange == ChangeEffect.LosesData && !before.Options.HasSame(resource.Options, option.Name));
            var generation = generations.GetValueOrDefault(resource.Part, 1) + (isLost ? 1 : 0);
            if (generation > 1)
            {
                result[resource.Part] = generation;
            }
        }

        return result;
    }

    private async Task<IReadOnlyList<PlannedChange>> PreviewAsync(
        SubjectRecord subject, EnvironmentDefinition definition, Desired desired, CancellationToken cancellationToken)
    {
        var blueprint = services.Planner.PlanEnvironment(definition, new(subject.Key.Name, subject.Id), desired);
        var objects = await store.ListObjectsAsync(subject.Id, cancellationToken);
        var values = await GeneratedValues.ReadAsync(services.Store, subject.Key, subject.Id, cancellationToken);
        var changes = new UpdatePreview(services, objects, values).Of(blueprint);
        await RefuseMovingApplicationsAsync(subject, changes, cancellationToken);
        return changes;
    }

    /// <summary>What applications stand on must stay.</summary>
    private async Task RefuseMovingApplicationsAsync(
        SubjectRecord environment, IReadOnlyList<PlannedChange> changes, CancellationToken cancellationToken)
    {
        var former = reader.ReadEnvironment(environment.Definition, environment.Key.Name);
        var carriers = services.Planner
            .PlanEnvironment(former, new(environment.Key.Name, environment.Id), environment.Desired)
            .Carriers.Select(node => node.Key)
            .ToHashSet();
        var moving = changes
            .Where(change => change.Change is ChangeKind.Replace or ChangeKind.Delete && carriers.Contains(change.Key))
            .Select(change => change.Key)
            .ToList();
        var applications = (await store.ListSubjectsAsync(SubjectKind.Application, cancellationToken))
            .Where(application => application.Environment == environment.Key.Name)
            .Select(application => application.Key.Name)
            .ToList();
        if (moving.Count > 0 && applications.Count > 0)
        {
            throw new RefusedException(
                RefusedException.InUse,
                $"Applications stand on what would be replaced ({string.Join(", ", moving)}): {string.Join(", ", applications)}.",
                [.. applications.Select(application => $"cld app delete {application}")]);
        }
    }
}

using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class EnvironmentEndpoints
{
    public static void MapEnvironments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Environments, ListAsync).WithTags("environments")
            .WithSummary("Lists the environments, by name, a page after the other where there is a limit.").Problems(400);
        routes.MapPost(Routes.Environments, CreateAsync).WithTags("environments").WithSummary("Creates an environment.").Problems(400, 409, 503);
        routes.MapPost(Routes.Environments + "/plan", PlanAsync).WithTags("environments")
            .WithSummary("Says what creating an environment would make; changes nothing.").Problems(400);
        routes.MapGet(Routes.Environments + "/{name}", ShowAsync).WithTags("environments").WithSummary("Shows an environment.").Problems(404);
        routes.MapDelete(Routes.Environments + "/{name}", DeleteAsync).WithTags("environments")
            .WithSummary("Deletes an environment, with force the applications in it first.").Problems(400, 404, 409, 412);
        routes.MapGet(Routes.Environments + "/{name}/deletion", PlanDeletionAsync).WithTags("environments")
            .WithSummary("Says what deleting an environment would delete; changes nothing.").Problems(404, 412);
        routes.MapGet(Routes.Environments + "/{name}/history", HistoryAsync).WithTags("environments")
            .WithSummary("Lists the operations on an environment, newest first, also when it is gone.").Problems(404);
    }

    internal static async Task<Ok<IReadOnlyList<EnvironmentSummary>>> ListAsync(
        [AsParameters] ListParameters parameters, string? target, IStateStore store, ICloudCatalog catalog, CancellationToken cancellationToken)
    {
        var filter = parameters.ToFilter(SubjectKind.Environment) with { Cloud = string.IsNullOrEmpty(target) ? null : target };
        var summaries = new List<EnvironmentSummary>();
        await foreach (var environments in store.ListPagesAsync(filter, cancellationToken))
        {
            var operations = await store.UnderWayAsync(environments, cancellationToken);
            var inThese = new SubjectFilter(SubjectKind.Application) { Environments = [.. environments.Select(environment => environment.Key.Name)] };
            var applications = (await store.ListSubjectsAsync(inThese, cancellationToken)).CountBy(application => application.Environment!).ToDictionary();
            foreach (var environment in environments)
            {
                IReadOnlyList<ObjectRecord> objects =
                    environment.Status == SubjectStatus.Available ? [] : await store.ListObjectsAsync(environment.Id, cancellationToken);
                summaries.Add(SubjectViews.Environment(
                    environment,
                    SubjectViews.Parts(environment, objects).Count,
                    applications.GetValueOrDefault(environment.Key.Name),
                    operations.GetValueOrDefault(environment.Key)));
            }
        }

        return summaries.Count == 0 && filter.Cloud is not null && catalog.Clouds.All(cloud => cloud.Name != target)
            ? throw ListParameters.Invalid($"target is '{target}'", $"It is one of {string.Join(", ", catalog.Clouds.Select(cloud => cloud.Name).Order())}.")
            : TypedResults.Ok<IReadOnlyList<EnvironmentSummary>>(summaries);
    }

    internal static Task<Accepted<OperationView>> CreateAsync(
        EnvironmentCreateRequest request,
        [AsParameters] Acceptance acceptance,
        IOperationService operations,
        CancellationToken cancellationToken) =>
        acceptance.OnceAsync(
            OperationKind.Create,
            SubjectKey.Environment(request.Name),
            () => operations.CreateEnvironmentAsync(Creation(request, acceptance.Key), cancellationToken));

    internal static async Task<Ok<PlanView>> PlanAsync(
        EnvironmentCreateRequest request, IOperationService operations, CancellationToken cancellationToken) =>
        TypedResults.Ok(DefinitionViews.Plan(
            SubjectKey.Environment(request.Name).ToString(), "create", await operations.PlanEnvironmentAsync(Creation(request, null), cancellationToken)));

    internal static async Task<Ok<EnvironmentDetail>> ShowAsync(
        string name,
        bool? reveal,
        bool? now,
        IStateStore store,
        IBindingReader bindings,
        ISecretVault vault,
        IDriftReader drift,
        CancellationToken cancellationToken)
    {
        var environment = await store.GetSubjectAsync(SubjectKey.Environment(name), cancellationToken);
        var applications = await store.ApplicationsInAsync(name, cancellationToken);
        var operation = await store.UnderWayAsync(environment.Key, cancellationToken);
        return TypedResults.Ok(SubjectViews.Environment(
            environment,
            await store.ListObjectsAsync(environment.Id, cancellationToken),
            now == true && operation is null ? await drift.ReadAsync(environment, cancellationToken) : [],
            [.. applications.Select(application => application.Key.Name)],
            await bindings.FindOutdatedAsync(environment, cancellationToken),
            operation,
            Answers.Outputs(reveal, vault)));
    }

    internal static Task<Accepted<OperationView>> DeleteAsync(
        string name,
        bool? force,
        bool? keepData,
        [AsParameters] Acceptance acceptance,
        IOperationService operations,
        CancellationToken cancellationToken) =>
        acceptance.OnceAsync(
            OperationKind.Delete,
            SubjectKey.Environment(name),
            () => operations.DeleteAsync(Deletion(name, force, keepData, acceptance.Key), cancellationToken));

    internal static async Task<Ok<PlanView>> PlanDeletionAsync(
        string name, bool? force, bool? keepData, IOperationService operations, CancellationToken cancellationToken)
    {
        var deletion = Deletion(name, force, keepData, null);
        return TypedResults.Ok(
            DefinitionViews.Plan(deletion.Subject.ToString(), "delete", await operations.PlanDeletionAsync(deletion, cancellationToken)));
    }

    internal static async Task<Ok<IReadOnlyList<OperationView>>> HistoryAsync(string name, IStateStore store, CancellationToken cancellationToken)
    {
        var history = await store.HistoryAsync(SubjectKey.Environment(name), cancellationToken);
        return history.Count > 0
            ? TypedResults.Ok(history)
            : throw new RefusedRequestException(
                StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"There never was an environment {name}.", null, "cld env list");
    }

    private static CreateEnvironment Creation(EnvironmentCreateRequest request, string? requestKey) =>
        new(request.Name, request.Definition, request.FileName, request.NoRollback, Answers.Requester)
        {
            RequestKey = requestKey,
            TimeToLive = Answers.TimeToLive(request.TimeToLiveSeconds),
        };

    private static DeleteSubject Deletion(string name, bool? force, bool? keepData, string? requestKey) =>
        new(SubjectKey.Environment(name), force == true, keepData == true, Answers.Requester) { RequestKey = requestKey };
}

using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class ApplicationEndpoints
{
    public static void MapApplications(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Applications, ListAsync).WithTags("applications").WithSummary("Lists the applications.");
        routes.MapPost(Routes.Applications, DeployAsync).WithTags("applications")
            .WithSummary("Deploys an application into an environment.").Problems(400, 404, 409, 412, 503);
        routes.MapGet(Routes.Applications + "/{name}", ShowAsync).WithTags("applications").WithSummary("Shows an application.").Problems(404);
        routes.MapDelete(Routes.Applications + "/{name}", DeleteAsync).WithTags("applications").WithSummary("Deletes an application.").Problems(400, 404, 409);
        routes.MapGet(Routes.Applications + "/{name}/logs", LogsAsync).WithTags("applications")
            .WithSummary("The application's log lines as NDJSON; since is an ISO time or an age such as 10m.")
            .Produces<LogLineView>(200, LogStream.ContentType).Problems(400, 404, 503);
    }

    internal static async Task<Ok<IReadOnlyList<ApplicationSummary>>> ListAsync(IStateStore store, CancellationToken cancellationToken)
    {
        var operations = await store.UnderWayAsync(cancellationToken);
        return TypedResults.Ok<IReadOnlyList<ApplicationSummary>>([.. (await store.ListSubjectsAsync(SubjectKind.Application, cancellationToken))
            .Select(application => SubjectViews.Application(application, operations.GetValueOrDefault(application.Key)))]);
    }

    internal static Task<Accepted<OperationView>> DeployAsync(
        ApplicationDeployRequest request,
        [AsParameters] Acceptance acceptance,
        IOperationService operations,
        CancellationToken cancellationToken)
    {
        var deployment = new DeployApplication(
            request.Name, request.Environment, request.Definition, request.FileName, request.NoRollback, Answers.Requester)
        {
            RequestKey = acceptance.Key,
        };
        return acceptance.OnceAsync(
            OperationKind.Create,
            SubjectKey.Application(request.Name),
            () => operations.DeployApplicationAsync(deployment, cancellationToken));
    }

    internal static async Task<Ok<ApplicationDetail>> ShowAsync(
        string name, bool? reveal, IStateStore store, ISecretVault vault, CancellationToken cancellationToken)
    {
        var application = await store.GetSubjectAsync(SubjectKey.Application(name), cancellationToken);
        return TypedResults.Ok(SubjectViews.Application(
            application,
            await store.ListObjectsAsync(application.Id, cancellationToken),
            await store.UnderWayAsync(application.Key, cancellationToken),
            Answers.Outputs(reveal, vault)));
    }

    internal static Task<Accepted<OperationView>> DeleteAsync(
        string name,
        bool? keepData,
        [AsParameters] Acceptance acceptance,
        IOperationService operations,
        CancellationToken cancellationToken)
    {
        var deletion = new DeleteSubject(SubjectKey.Application(name), Force: false, keepData == true, Answers.Requester)
        {
            RequestKey = acceptance.Key,
        };
        return acceptance.OnceAsync(
            OperationKind.Delete, deletion.Subject, () => operations.DeleteAsync(deletion, cancellationToken));
    }

    internal static LogStream LogsAsync(
        string name, bool? follow, int? tail, string? since, bool? previous, int? replica, IObjectReader objects, TimeProvider clock)
    {
        var query = new LogQuery(follow == true, LogParameters.Tail(tail), LogParameters.Since(since, clock), previous == true, replica);
        return new(objects, SubjectKey.Application(name), query);
    }
}

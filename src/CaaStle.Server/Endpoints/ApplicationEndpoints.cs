using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CaaStle.Server.Endpoints;

internal static class ApplicationEndpoints
{
    public static void MapApplications(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Applications, ListAsync).WithTags("applications")
            .WithSummary("Lists the applications, by name, a page after the other where there is a limit.").Problems(400);
        routes.MapPost(Routes.Applications, DeployAsync).WithTags("applications")
            .WithSummary("Deploys an application into an environment.").Problems(400, 404, 409, 412, 503);
        routes.MapPost(Routes.Applications + "/builds", ListBuilds).WithTags("applications")
            .WithSummary("Says what must be built as containers before an application can be deployed; changes nothing.").Problems(400);
        routes.MapGet(Routes.Applications + "/{name}", ShowAsync).WithTags("applications").WithSummary("Shows an application.").Problems(404);
        routes.MapDelete(Routes.Applications + "/{name}", DeleteAsync).WithTags("applications").WithSummary("Deletes an application.").Problems(400, 404, 409);
        routes.MapPut(Routes.Applications + "/{name}", RedeployAsync).WithTags("applications")
            .WithSummary("Redeploys an application: by another definition, or by the same with images as they are now.").Problems(400, 404, 409, 412, 503);
        routes.MapPost(Routes.Applications + "/{name}/rollback", RollBackAsync).WithTags("applications")
            .WithSummary("Goes back to a revision, without one to the last good one before that in force.").Problems(404, 409, 412, 503);
        routes.MapPost(Routes.Applications + "/{name}/scale", ScaleAsync).WithTags("applications")
            .WithSummary("Says how many replicas run.").Problems(400, 404, 409, 412, 503);
        routes.MapPost(Routes.Applications + "/{name}/restart", RestartAsync).WithTags("applications")
            .WithSummary("Starts new replicas in place of those that run.").Problems(404, 409, 412, 503);
        routes.MapPost(Routes.Applications + "/{name}/stop", StopAsync).WithTags("applications")
            .WithSummary("Has nothing of the application run; its data and its address are kept.").Problems(404, 409, 412, 503);
        routes.MapPost(Routes.Applications + "/{name}/start", StartAsync).WithTags("applications")
            .WithSummary("Starts an application that was stopped.").Problems(404, 409, 412, 503);
        routes.MapPost(Routes.Applications + "/{name}/run", RunAsync).WithTags("applications")
            .WithSummary("Runs a command once, with what the application has; it writes the lines of the operation's object-logged events.")
            .Problems(400, 404, 409, 412, 503);
        routes.MapGet(Routes.Applications + "/{name}/history", HistoryAsync).WithTags("applications")
            .WithSummary("Lists the revisions and other changes of an application, newest first, also when it is gone.").Problems(404);
        routes.MapGet(Routes.Applications + "/{name}/logs", LogsAsync).WithTags("applications")
            .WithSummary("The application's log lines as NDJSON; since is an ISO time or an age such as 10m.")
            .Produces<LogLineView>(200, LogStream.ContentType).Problems(400, 404, 503);
    }

    internal static async Task<Ok<IReadOnlyList<ApplicationSummary>>> ListAsync(
        [AsParameters] ListParameters parameters,
        [FromQuery(Name = "env_name")] string? environment,
        IStateStore store,
        DefinitionReader reader,
        CancellationToken cancellationToken)
    {
        var filter = parameters.ToFilter(SubjectKind.Application) with { Environments = string.IsNullOrEmpty(environment) ? null : [environment] };
        var summaries = new List<ApplicationSummary>();
        await foreach (var applications in store.ListPagesAsync(filter, cancellationToken))
        {
            var operations = await store.UnderWayAsync(applications, cancellationToken);
            summaries.AddRange(applications.Select(application =>
                SubjectViews.Application(application, operations.GetValueOrDefault(application.Key), reader)));
        }

        return TypedResults.Ok<IReadOnlyList<ApplicationSummary>>(summaries);
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

    internal static Ok<IReadOnlyList<ApplicationBuildView>> ListBuilds(ApplicationBuildsRequest request, DefinitionReader reader)
    {
        var definition = reader.ReadApplication(request.Definition, request.FileName, request.Name);
        return TypedResults.Ok<IReadOnlyList<ApplicationBuildView>>(
            [.. definition.Built.Select(container => new ApplicationBuildView(container.Image, container.Build!.Context, container.Build.Dockerfile))]);
    }

    internal static async Task<Ok<ApplicationDetail>> ShowAsync(
        string name,
        bool? reveal,
        bool? now,
        IStateStore store,
        ISecretVault vault,
        DefinitionReader reader,
        IDriftReader drift,
        CancellationToken cancellationToken)
    {
        var application = await store.GetSubjectAsync(SubjectKey.Application(name), cancellationToken);
        var operation = await store.UnderWayAsync(application.Key, cancellationToken);
        return TypedResults.Ok(SubjectViews.Application(
            application,
            await store.ListObjectsAsync(application.Id, cancellationToken),
            now == true && operation is null ? await drift.ReadAsync(application, cancellationToken) : [],
            operation,
            Answers.Outputs(reveal, vault),
            reader));
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

    internal static Task<Accepted<OperationView>> RedeployAsync(
        string name,
        ApplicationRedeployRequest request,
        [AsParameters] Acceptance acceptance,
        IStateStore store,
        IOperationService operations,
        CancellationToken cancellationToken)
    {
        var change = new ChangeApplication(name, OperationAction.Redeploy, request.NoRollback, Answers.Requester)
        {
            Definition = request.Definition,
            FileName = request.FileName ?? "",
            RequestKey = acceptance.Key,
        };
        return acceptance.OnceAsync(OperationKind.Update, SubjectKey.Application(name), AcceptAsync);

        async Task<Operation> AcceptAsync()
        {
            var application = await store.GetSubjectAsync(SubjectKey.Application(name), cancellationToken);
            if (request.Environment is { } environment && environment != application.Environment)
            {
                throw new RefusedRequestException(
                    StatusCodes.Status409Conflict,
                    ProblemCodes.AlreadyExists,
                    $"{application.Key} exists already, in environment {application.Environment}.",
                    "An application stays in its environment. Take another name, or delete the one that exists.",
                    $"cld app show {name}",
                    $"cld app delete {name}");
            }

            return await operations.ChangeApplicationAsync(change, cancellationToken);
        }
    }

    internal static Task<Accepted<OperationView>> RollBackAsync(
        string name,
        int? revision,
        bool? noRollback,
        [AsParameters] Acceptance acceptance,
        IOperationService operations,
        CancellationToken cancellationToken) =>
        ChangeAsync(Change(name, OperationAction.RollBack, noRollback) with { Revision = revision }, acceptance, operations, cancellationToken);

    internal static Task<Accepted<OperationView>> ScaleAsync(
        string name,
        int replicas,
        bool? noRollback,
        [AsParameters] Acceptance acceptance,
        IOperationService operations,
        CancellationToken cancellationToken) =>
        ChangeAsync(Change(name, OperationAction.Scale, noRollback) with { Replicas = replicas }, acceptance, operations, cancellationToken);

    internal static Task<Accepted<OperationView>> RestartAsync(
        string name, bool? noRollback, [AsParameters] Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken) =>
        ChangeAsync(Change(name, OperationAction.Restart, noRollback), acceptance, operations, cancellationToken);

    internal static Task<Accepted<OperationView>> StopAsync(
        string name, bool? noRollback, [AsParameters] Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken) =>
        ChangeAsync(Change(name, OperationAction.Stop, noRollback), acceptance, operations, cancellationToken);

    internal static Task<Accepted<OperationView>> StartAsync(
        string name, bool? noRollback, [AsParameters] Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken) =>
        ChangeAsync(Change(name, OperationAction.Start, noRollback), acceptance, operations, cancellationToken);

    internal static Task<Accepted<OperationView>> RunAsync(
        string name,
        ApplicationRunRequest request,
        [AsParameters] Acceptance acceptance,
        IOperationService operations,
        CancellationToken cancellationToken)
    {
        var command = new RunCommand(name, request.Command ?? [], Answers.Requester) { RequestKey = acceptance.Key };
        return acceptance.OnceAsync(OperationKind.Run, SubjectKey.Application(name), () => operations.RunAsync(command, cancellationToken));
    }

    internal static async Task<Ok<IReadOnlyList<RevisionView>>> HistoryAsync(
        string name, RevisionReader revisions, CancellationToken cancellationToken)
    {
        var history = await revisions.ReadAsync(SubjectKey.Application(name), cancellationToken);
        return history.Count > 0 ? TypedResults.Ok<IReadOnlyList<RevisionView>>([.. history.Select(SubjectViews.Revision)]) : throw NeverWas(name);
    }

    internal static async Task<LogStream> LogsAsync(
        string name,
        bool? follow,
        int? tail,
        string? since,
        bool? previous,
        int? replica,
        IStateStore store,
        IObjectReader objects,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var query = new LogQuery(follow == true, LogParameters.Tail(tail), LogParameters.Since(since, clock), previous == true, replica);
        var application = SubjectKey.Application(name);
        if (query.Previous && await store.ListOperationsAsync(new(application, Limit: 1), cancellationToken) is [])
        {
            throw NeverWas(name);
        }

        return new(objects, application, query);
    }

    private static ChangeApplication Change(string name, string action, bool? noRollback) => new(name, action, noRollback == true, Answers.Requester);

    private static Task<Accepted<OperationView>> ChangeAsync(
        ChangeApplication change, Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken) =>
        acceptance.OnceAsync(
            OperationKind.Update,
            SubjectKey.Application(change.Name),
            () => operations.ChangeApplicationAsync(change with { RequestKey = acceptance.Key }, cancellationToken));

    private static RefusedRequestException NeverWas(string name) => new(
        StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"There never was an application {name}.", null, "cld app list");
}

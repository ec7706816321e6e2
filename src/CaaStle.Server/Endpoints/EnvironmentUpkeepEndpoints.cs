using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

/// <summary>What is done with environments that exist.</summary>
internal static class EnvironmentUpkeepEndpoints
{
    private const string Environment = Routes.Environments + "/{name}";

    public static void MapEnvironmentUpkeep(this IEndpointRouteBuilder routes)
    {
        routes.MapPut(Environment, UpdateAsync).WithTags("environments")
            .WithSummary("Makes an environment what another definition says; confirm is its name, where data would be lost.")
            .Problems(400, 404, 409, 412, 503);
        routes.MapPost(Environment + "/plan", PlanUpdateAsync).WithTags("environments")
            .WithSummary("Says what an update would do with each object; changes nothing.").Problems(400, 404, 409, 412);
        routes.MapPost(Environment + "/copy", CopyAsync).WithTags("environments")
            .WithSummary("Creates another environment from the definition of one; applications are not copied.").Problems(400, 404, 409, 503);
        routes.MapPut(Environment + "/expiry", SetExpiryAsync).WithTags("environments")
            .WithSummary("Says after which time from now the environment is deleted by itself; null for never.").Problems(400, 404, 409);
        routes.MapPost(Environment + "/pause", PauseAsync).WithTags("environments")
            .WithSummary("Stops everything that runs in the environment, applications first; data and addresses stay.").Problems(404, 409, 412, 503);
        routes.MapPost(Environment + "/resume", ResumeAsync).WithTags("environments")
            .WithSummary("Starts a paused environment, then the applications in it.").Problems(404, 409, 412, 503);
        routes.MapPost(Environment + "/repair", RepairAsync).WithTags("environments")
            .WithSummary("Brings everything that is missing, changed or broken back to what the record says.").Problems(404, 409, 412, 503);
        routes.MapGet(Environment + "/drift", DriftAsync).WithTags("environments")
            .WithSummary("Reads everything that is recorded of the environment and its applications from the cloud.").Problems(404);
        routes.MapPost(Environment + "/accept", AcceptAsync).WithTags("environments")
            .WithSummary("Forgets what is missing of the environment and its applications.").Problems(404, 409, 412);
    }

    internal static Task<Accepted<OperationView>> UpdateAsync(
        string name,
        EnvironmentUpdateRequest request,
        [AsParameters] Acceptance acceptance,
        IOperationService operations,
        CancellationToken cancellationToken) => acceptance.OnceAsync(
            OperationKind.Update,
            SubjectKey.Environment(name),
            () => operations.UpdateEnvironmentAsync(Update(name, request) with { RequestKey = acceptance.Key }, cancellationToken));

    internal static async Task<Ok<PlanView>> PlanUpdateAsync(
        string name, EnvironmentUpdateRequest request, IOperationService operations, CancellationToken cancellationToken) =>
        TypedResults.Ok(DefinitionViews.Plan(
            SubjectKey.Environment(name).ToString(), await operations.PlanUpdateAsync(Update(name, request), cancellationToken)));

    internal static Task<Accepted<OperationView>> CopyAsync(
        string name,
        EnvironmentCopyRequest request,
        [AsParameters] Acceptance acceptance,
        IStateStore store,
        IOperationService operations,
        CancellationToken cancellationToken)
    {
        return acceptance.OnceAsync(OperationKind.Create, SubjectKey.Environment(request.Name), CreateAsync);

        async Task<Operation> CreateAsync()
        {
            var original = await store.GetSubjectAsync(SubjectKey.Environment(name), cancellationToken);
            var copy = new CreateEnvironment(request.Name, original.Definition, "", request.NoRollback, Answers.Requester)
            {
                RequestKey = acceptance.Key,
                TimeToLive = Answers.TimeToLive(request.TimeToLiveSeconds),
            };
            return await operations.CreateEnvironmentAsync(copy, cancellationToken);
        }
    }

    internal static async Task<Ok<ExpiryView>> SetExpiryAsync(
        string name, ExpiryRequest request, IOperationService operations, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ExpiryView(
            name, await operations.SetTimeToLiveAsync(name, Answers.TimeToLive(request.TimeToLiveSeconds), cancellationToken)));

    internal static Task<Accepted<OperationView>> PauseAsync(
        string name, [AsParameters] Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken) =>
        SwitchAsync(name, OperationAction.Pause, acceptance, operations, cancellationToken);

    internal static Task<Accepted<OperationView>> ResumeAsync(
        string name, [AsParameters] Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken) =>
        SwitchAsync(name, OperationAction.Resume, acceptance, operations, cancellationToken);

    internal static Task<Accepted<OperationView>> RepairAsync(
        string name, [AsParameters] Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken) =>
        SwitchAsync(name, OperationAction.Repair, acceptance, operations, cancellationToken);

    internal static async Task<Ok<DriftView>> DriftAsync(string name, IDriftReader drift, CancellationToken cancellationToken) =>
        TypedResults.Ok(SubjectViews.Drift(name, await drift.ReadAsync(name, cancellationToken)));

    internal static Task<Accepted<OperationView>> AcceptAsync(
        string name, [AsParameters] Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken)
    {
        var request = new AcceptDrift(name, Answers.Requester) { RequestKey = acceptance.Key };
        return SeveralAsync(name, acceptance, () => operations.AcceptDriftAsync(request, cancellationToken), cancellationToken);
    }

    private static Task<Accepted<OperationView>> SwitchAsync(
        string name, string action, Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken)
    {
        var request = new SwitchEnvironment(name, action, Answers.Requester) { RequestKey = acceptance.Key };
        return SeveralAsync(name, acceptance, () => operations.SwitchEnvironmentAsync(request, cancellationToken), cancellationToken);
    }

    /// <summary>Accepts one operation for the environment, or for each application in it; answers with the last, and the ids of all.</summary>
    private static async Task<Accepted<OperationView>> SeveralAsync(
        string name, Acceptance acceptance, Func<Task<Operation>> accept, CancellationToken cancellationToken)
    {
        var accepted = await acceptance.OnceAsync(OperationKind.Update, SubjectKey.Environment(name), accept);
        var last = await acceptance.Store.GetOperationAsync(accepted.Value!.Id, cancellationToken);
        var together = await acceptance.Store.TogetherWithAsync(last, name, cancellationToken);
        return TypedResults.Accepted(accepted.Location, accepted.Value with { Together = together });
    }

    private static UpdateEnvironment Update(string name, EnvironmentUpdateRequest request) =>
        new(name, request.Definition, request.FileName, request.Confirm, request.NoRollback, Answers.Requester);
}

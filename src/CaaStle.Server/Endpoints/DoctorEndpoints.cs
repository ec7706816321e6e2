using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Diagnosis;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class DoctorEndpoints
{
    public static void MapDoctor(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Doctor, CheckAsync).WithTags("server")
            .WithSummary("What the server finds wrong with itself and its clouds, each with what to do.");
        routes.MapGet(Routes.Orphans, ListOrphansAsync).WithTags("server")
            .WithSummary("Everything in the clouds with this installation's labels that is in no record.");
        routes.MapPost(Routes.Orphans + "/remove", RemoveOrphansAsync).WithTags("server")
            .WithSummary("Deletes orphans that are orphans still.").Problems(400);
    }

    internal static async Task<Ok<CheckReport>> CheckAsync(
        ServerCheck server, ICloudCatalog catalog, ServerIdentity identity, TimeProvider clock, CancellationToken cancellationToken)
    {
        var clouds = await Task.WhenAll(catalog.Clouds.Select(
            async cloud => (cloud.Name, Outcomes: await CloudCheck.RunAsync(cloud, clock, cancellationToken))));
        return TypedResults.Ok(new CheckReport(
            identity.Version,
            [
                .. (await server.RunAsync(cancellationToken)).Select(outcome => View("server", outcome)),
                .. clouds.SelectMany(cloud => cloud.Outcomes.Select(outcome => View(cloud.Name, outcome))),
            ]));
    }

    internal static async Task<Ok<OrphanReportView>> ListOrphansAsync(IOrphanSweep orphans, CancellationToken cancellationToken)
    {
        var report = await orphans.FindAsync(cancellationToken);
        return TypedResults.Ok(new OrphanReportView([.. report.Orphans.Select(View)], report.Unanswered));
    }

    internal static async Task<Ok<IReadOnlyList<OrphanRemovalView>>> RemoveOrphansAsync(
        OrphanRemovalRequest request, IOrphanSweep orphans, CancellationToken cancellationToken)
    {
        var chosen = request.Orphans.Select(one =>
            new Orphan(one.Cloud, new(one.Kind, one.Name, one.Subject, one.SubjectId, one.Key), one.HoldsData));
        var removals = await orphans.RemoveAsync([.. chosen.Distinct()], cancellationToken);
        return TypedResults.Ok<IReadOnlyList<OrphanRemovalView>>([.. removals.Select(removal => new OrphanRemovalView(View(removal.Orphan), removal.Failure))]);
    }

    private static CheckView View(string area, CheckOutcome outcome) => new(area, outcome.Name, Words.Of(outcome.Result), outcome.Detail, outcome.Fix);

    private static OrphanView View(Orphan orphan) => new(
        orphan.Cloud,
        orphan.Found.Kind,
        orphan.Found.Name,
        orphan.Found.Subject,
        orphan.Found.SubjectId,
        orphan.Found.Key,
        orphan.HoldsData);
}

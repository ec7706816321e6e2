using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class ResourceEndpoints
{
    public static void MapResources(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Resources, ListAsync).WithTags("resources").WithSummary("Lists the resources of all environments, or of one.").Problems(404);
        routes.MapGet(Routes.Resources + "/{environment}", ShowAsync).WithTags("resources").WithSummary("Shows the resources of an environment.").Problems(404);
    }

    internal static async Task<Ok<IReadOnlyList<ResourceView>>> ListAsync(
        [FromQuery(Name = "env_name")] string? environment, IStateStore store, CancellationToken cancellationToken)
    {
        IReadOnlyList<SubjectRecord> environments = environment is null
            ? await store.ListSubjectsAsync(SubjectKind.Environment, cancellationToken)
            : [await store.GetSubjectAsync(SubjectKey.Environment(environment), cancellationToken)];
        var resources = new List<ResourceView>();
        foreach (var one in environments)
        {
            resources.AddRange(SubjectViews.Resources(one, await store.ListObjectsAsync(one.Id, cancellationToken), OutputViews.Masked));
        }

        return TypedResults.Ok<IReadOnlyList<ResourceView>>(resources);
    }

    internal static async Task<Ok<IReadOnlyList<ResourceView>>> ShowAsync(
        string environment, bool? reveal, IStateStore store, ISecretVault vault, CancellationToken cancellationToken)
    {
        var subject = await store.GetSubjectAsync(SubjectKey.Environment(environment), cancellationToken);
        return TypedResults.Ok(
            SubjectViews.Resources(subject, await store.ListObjectsAsync(subject.Id, cancellationToken), Answers.Outputs(reveal, vault)));
    }
}

using CaaStle.Api;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class AllEndpoints
{
    public static void MapAll(this IEndpointRouteBuilder routes)
    {
        routes.MapEnvironments();
        routes.MapEnvironmentUpkeep();
        routes.MapContainers();
        routes.MapApplications();
        routes.MapResources();
        routes.MapOperations();
        routes.MapDefinitions();
        routes.MapServer();
        routes.MapDoctor();
        routes.MapGet(Routes.OpenApi, OpenApi).ExcludeFromDescription();
    }

    /// <summary>The document as it is in the repository: a test makes it from these endpoints and compares.</summary>
    private static FileStreamHttpResult OpenApi() =>
        TypedResults.Stream(typeof(AllEndpoints).Assembly.GetManifestResourceStream("openapi.json")!, "application/json");
}

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
        routes.MapOpenApi("/openapi/{documentName}.json");
    }
}

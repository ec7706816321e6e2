using CaaStle.Api;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Hosting;
using CaaStle.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class DefinitionEndpoints
{
    private const string Schema = "application/schema+json";

    public static void MapDefinitions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Routes.Validate, Validate).WithTags("definitions").WithSummary("Checks a definition; changes nothing.").Problems(400);
        routes.MapGet(Routes.Types, ListTypes).WithTags("definitions").WithSummary("Lists the types of all clouds with their options and outputs.");
        routes.MapGet("/schemas/environment.json", EnvironmentSchema).WithTags("definitions")
            .WithSummary("The JSON Schema of an environment's definition.").Produces<string>(200, Schema);
        routes.MapGet("/schemas/application.json", ApplicationSchema).WithTags("definitions")
            .WithSummary("The JSON Schema of an application's definition.").Produces<string>(200, Schema);
    }

    internal static Ok<ValidateResult> Validate(ValidateRequest request, IDefinitionChecker checker)
    {
        var kind = request.Kind ?? checker.DetectKind(request.Definition);
        return kind is "environment" or "application"
            ? TypedResults.Ok(new ValidateResult(
                kind, [.. checker.Check(request.Definition, request.FileName, kind).Select(DefinitionViews.ToError)]))
            : throw new RefusedRequestException(
                StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, $"'{kind}' is no kind of definition.", "It is environment or application.");
    }

    internal static Ok<IReadOnlyList<TypeView>> ListTypes(ICloudCatalog catalog) =>
        TypedResults.Ok<IReadOnlyList<TypeView>>([.. catalog.Clouds.SelectMany(DefinitionViews.Types)]);

    internal static ContentHttpResult EnvironmentSchema(IDefinitionChecker checker) => TypedResults.Content(checker.EnvironmentSchema(), Schema);

    internal static ContentHttpResult ApplicationSchema(IDefinitionChecker checker) => TypedResults.Content(checker.ApplicationSchema(), Schema);
}

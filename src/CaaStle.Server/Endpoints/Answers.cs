using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

/// <summary>What endpoints of several nouns have in common.</summary>
internal static class Answers
{
    /// <summary>Who asks: requests carry the token of the user whom the server runs as.</summary>
    public static string Requester => Environment.UserName;

    public static Accepted<OperationView> Accepted(Operation operation) =>
        TypedResults.Accepted($"{Routes.Operations}/{operation.Id}", OperationViews.Of(operation));

    /// <summary>As the request gives it; what the engine refuses where it is no such time.</summary>
    public static TimeSpan? TimeToLive(long? seconds) =>
        seconds is { } given ? TimeSpan.FromSeconds(Math.Clamp(given, 0, (long)TimeSpan.MaxValue.TotalSeconds)) : null;

    public static OutputViews Outputs(bool? reveal, ISecretVault vault) => reveal == true ? new(vault) : OutputViews.Masked;

    /// <summary>Says in the OpenAPI document which problems an endpoint answers with, besides those that all do.</summary>
    public static RouteHandlerBuilder Problems(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            endpoint.Produces<Problem>(status, "application/problem+json");
        }

        return endpoint;
    }
}

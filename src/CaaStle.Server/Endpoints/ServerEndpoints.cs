using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Extensions;
using CaaStle.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class ServerEndpoints
{
    private static readonly TimeSpan CloudPatience = TimeSpan.FromSeconds(2);

    public static void MapServer(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Server, ShowAsync).WithTags("server")
            .WithSummary("Shows the server and its clouds; with obstacles=false without asking the clouds what stands in the way.");
        routes.MapGet(Routes.Clouds + "/{name}/identity", IdentifyAsync).WithTags("server")
            .WithSummary("Who a cloud takes the user for, as it says itself.").Problems(404, 503);
        routes.MapPost(Routes.Server + "/stop", Stop).WithTags("server").WithSummary("Ends the server; operations go on when it starts again.").Produces(202);
    }

    internal static async Task<Ok<ServerStatus>> ShowAsync(
        bool? obstacles,
        IStateStore store,
        ICloudCatalog catalog,
        ExtensionReport extensions,
        ServerIdentity identity,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var clouds = Task.WhenAll(catalog.Clouds.Select(cloud => ViewAsync(cloud, obstacles != false, clock, cancellationToken)));
        var operations = await store.ListOperationsAsync(new(UnderWay: true, Limit: int.MaxValue), cancellationToken);
        return TypedResults.Ok(new ServerStatus(
            identity.Version, Environment.ProcessId, identity.StartedAt, identity.Home, operations.Count, await clouds)
        {
            ExtensionFailures = extensions.Failures,
        });
    }

    internal static async Task<Ok<IdentityView>> IdentifyAsync(string name, string? profile, ICloudCatalog catalog, CancellationToken cancellationToken)
    {
        if (catalog.Clouds.FirstOrDefault(cloud => cloud.Name == name) is not IIdentitySource source)
        {
            throw new RefusedException(RefusedException.NotFound, $"There is no cloud '{name}' that knows its users.", ["cld server status"]);
        }

        try
        {
            var identity = await source.IdentifyAsync(profile, cancellationToken);
            return TypedResults.Ok(new IdentityView(name, profile, identity.Account, identity.Name, identity.Region));
        }
        catch (CloudException failure)
        {
            throw new RefusedException(RefusedException.CloudNotReady, failure.Message, [$"cld setup {name}"]);
        }
    }

    internal static StopResult Stop(IHostApplicationLifetime lifetime) => new(lifetime);

    private static async Task<CloudView> ViewAsync(ICloud cloud, bool asks, TimeProvider clock, CancellationToken cancellationToken) => new(
        cloud.Name,
        [.. cloud.Coes.Select(type => type.Descriptor.Type)],
        [.. cloud.Resources.Select(type => type.Descriptor.Type)],
        [.. cloud.Registries.Select(type => type.Descriptor.Type)],
        asks ? await ObstaclesAsync(cloud, clock, cancellationToken) : []);

    private static async Task<IReadOnlyList<string>> ObstaclesAsync(ICloud cloud, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await cloud.FindObstaclesAsync(limit.Token).WaitAsync(CloudPatience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync();
            return [$"The cloud '{cloud.Name}' did not answer within {CloudPatience.TotalSeconds:0} s."];
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return [failure.Message];
        }
    }
}

/// <summary>Answers 202, and when that is sent ends the server.</summary>
internal sealed class StopResult(IHostApplicationLifetime lifetime) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        httpContext.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }
}

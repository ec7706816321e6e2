using CaaStle.Api;
using CaaStle.Server.Problems;
using Microsoft.Net.Http.Headers;

namespace CaaStle.Server.Security;

/// <summary>
/// Lets only requests through that were meant for this server (a web page that a name was rebound for, or that posts across origins, was
/// not) and that show the token.
/// </summary>
internal sealed class AccessGuard(AccessToken token) : IMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!IsOurs(context.Request.Host, context.Connection.LocalPort))
        {
            throw new RefusedRequestException(
                StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, "The request's Host is not this server.",
                $"Host is '{context.Request.Host}'; the server answers to localhost, 127.0.0.1 and [::1] with port {context.Connection.LocalPort}.");
        }

        if (context.Request.Headers.Origin is { Count: > 0 } origin && !IsOurs(origin, context.Connection.LocalPort))
        {
            throw new RefusedRequestException(
                StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, "The request comes from a foreign origin.", $"Origin is '{origin}'.");
        }

        if (!token.Admits(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new RefusedRequestException(
                StatusCodes.Status401Unauthorized, ProblemCodes.Unauthorized, "The request does not show the server's token.",
                $"It is expected in the header '{HeaderNames.Authorization}: Bearer TOKEN'; the token is in the file 'token' of the server's home.");
        }

        return next(context);
    }

    private static bool IsOurs(HostString host, int port) =>
        host.Port == port && host.Host is var name
        && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name is "127.0.0.1" or "[::1]");

    private static bool IsOurs(string? origin, int port) =>
        origin is not null
        && origin.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        && IsOurs(new HostString(origin["http://".Length..]), port);
}

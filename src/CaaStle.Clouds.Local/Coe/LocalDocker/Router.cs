using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Coe.LocalDocker;

/// <summary>
/// One port for all applications of an environment, told apart by the host name that is asked for. It finds an application's entry on the
/// environment's network when a request comes, so that it knows of none and never changes.
/// </summary>
internal static class Router
{
    public static ContainerSpec Of(CoeRequest request, string network, int hostPort) =>
        ProxyContainer.Of(request.Scope.ObjectName("router"), network, Configuration, hostPort) with { IsStopped = request.IsStopped };

    private static string Configuration { get; } = $$"""
        {{EntryConfiguration.Process("router", TimeSpan.Zero)}}
        frontend router
            mode http
            bind :{{EntryConfiguration.Port}}
            option forwardfor
            http-request set-header X-Forwarded-Proto http unless { req.hdr(X-Forwarded-Proto) -m found }
            http-request set-var(txn.host) req.hdr(host),field(1,:),lower
            acl is_named var(txn.host) -m reg ^[a-z0-9-]+[.]localhost$
            http-request return status 404 {{Sentence("Ask for http://APPLICATION.localhost, not for %[var(txn.host)].")}} unless is_named
            http-request set-var(txn.application) var(txn.host),field(1,.)
            http-request do-resolve(txn.address,docker,ipv4) var(txn.application)
            acl is_found var(txn.address) -m found
            http-request return status 404 {{Sentence("There is no application %[var(txn.application)] here.")}} unless is_found
            http-request set-dst var(txn.address)
            http-request set-dst-port int({{EntryConfiguration.Port}})
            default_backend entries
        backend entries
            mode http
            # A connection that is kept would keep an entry from handing over.
            option http-server-close
            http-error status 503 {{Sentence("%[var(txn.application)] does not answer.")}}
            server entry 0.0.0.0:0

        """;

    private static string Sentence(string format) => $"content-type text/plain lf-string \"{format}\\n\"";
}

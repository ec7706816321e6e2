using System.Security.Cryptography;
using System.Text;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>The configuration of HAProxy in an application's entry.</summary>
/// <param name="Text">The file.</param>
/// <param name="Digest">What HAProxy tells of the configuration that it runs with.</param>
internal sealed record EntryConfiguration(string Text, string Digest)
{
    /// <summary>Where the official image has it.</summary>
    public const string Path = "/usr/local/etc/haproxy/haproxy.cfg";

    /// <summary>The published port.</summary>
    public const int Port = 80;

    /// <summary>What the names of servers end with that stand for a replica whose check is not asked.</summary>
    public const string Unchecked = ".unchecked";

    private const string Route = "route-";

    private const string HttpFrontend = """
            option forwardfor
            http-request set-header X-Forwarded-Proto http unless { req.hdr(X-Forwarded-Proto) -m found }
        """;

    /// <summary>Whether a configuration is a route's, and not that of an entry without one.</summary>
    public static bool IsRoute(string text) => text.Contains($"\n    description {Route}", StringComparison.Ordinal);

    /// <summary>What an entry begins with, and is left with when its route is deleted.</summary>
    public static string Unrouted(string application) => Join([
        Process("unrouted", TimeSpan.Zero),
        "frontend entry",
        "    mode http",
        $"    bind :{Port}",
        Sentence($"{application} is not deployed."),
    ]);

    public static EntryConfiguration Of(RouteSpec route)
    {
        // The digest stands in the text that it is a digest of, so it is made of the text without one.
        var digest = Route + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Render(route, ""))))[..16];
        return new(Render(route, digest), digest);
    }

    private static string Render(RouteSpec route, string digest)
    {
        var isHttp = route.Protocol == ApplicationProtocol.Http;
        var mode = isHttp ? "    mode http" : "    mode tcp";
        IEnumerable<string> frontend =
        [
            Process(digest, route.Drain), "frontend entry", mode, .. new[] { Port, route.Port }.Distinct().Select(port => $"    bind :{port}"),
        ];
        return Join(route.Replicas.Count == 0
            ? [.. frontend, isHttp ? Sentence($"{route.Application} is stopped.") : "    tcp-request connection reject"]
            :
            [
                .. frontend,
                "    default_backend replicas",
                .. isHttp ? [HttpFrontend] : Array.Empty<string>(),
                "backend replicas",
                mode,
                .. isHttp ? [HttpBackend(route)] : Array.Empty<string>(),
                .. Servers(route),
            ]);
    }

    /// <summary>What may be repeated is, when a replica ends before it answers; all else only if no replica has seen it.</summary>
    private static string HttpBackend(RouteSpec route) => $$"""
            retry-on conn-failure empty-response
            http-request disable-l7-retry unless METH_GET
            http-error status 503 content-type text/plain string "No replica of {{route.Application}} answers.\n"
        """;

    /// <summary>
    /// A replica that fails its check, or cannot be connected to, gets no requests as long as another is well. When none is they get them
    /// nevertheless: one that is too busy for its check may still answer.
    /// </summary>
    private static IEnumerable<string> Servers(RouteSpec route)
    {
        var checkPort = route.CheckPort ?? route.Port;
        if (route.CheckPath is { } path)
        {
            yield return "    option httpchk";
            yield return $"    http-check send meth GET uri {Quote(path)} ver HTTP/1.1 hdr Host 127.0.0.1:{checkPort} hdr Connection close";
            yield return "    http-check expect status 200-399";
        }

        yield return "    balance leastconn";
        yield return "    option allbackups";
        yield return "    default-server resolvers docker resolve-prefer ipv4 resolve-opts allow-dup-ip init-addr libc,none"
            + " inter 5s fastinter 100ms downinter 1s rise 1 fall 3 observe layer4 error-limit 2 on-error mark-down";
        foreach (var replica in route.Replicas)
        {
            yield return $"    server {replica} {replica}:{route.Port} check port {checkPort}";
            yield return $"    server {replica}{Unchecked} {replica}:{route.Port} backup";
        }
    }

    /// <summary>
    /// How every HAProxy here runs. Its master hands the sockets that it listens on from one process to the next, so that no connection is
    /// refused. Whatever an application does long is left alone; a connection that waits for its next request is closed soon, for it keeps
    /// the former process alive after a change.
    /// </summary>
    public static string Process(string description, TimeSpan drain) => $"""
        # Written by CaaStle, which overwrites changes.
        global
            description {description}
            log stdout format raw daemon notice
            hard-stop-after {(int)Math.Max(drain.TotalSeconds, 1)}s
            fd-hard-limit 20000
            nbthread 1
        resolvers docker
            nameserver docker 127.0.0.11:53
            timeout resolve 1s
            timeout retry 500ms
            hold valid 2s
        defaults
            log global
            option dontlognull
            option http-ignore-probes
            option idle-close-on-response
            option clitcpka
            option srvtcpka
            option redispatch 1
            retries 3
            timeout connect 2s
            timeout check 5s
            timeout http-request 10s
            timeout http-keep-alive 5s
            timeout client 24h
            timeout server 24h
        """;

    private static string Sentence(string sentence) => $"    http-request return status 503 content-type text/plain string \"{sentence}\\n\"";

    /// <summary>A text that HAProxy takes as it is.</summary>
    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Join(IEnumerable<string> lines) => string.Join('\n', lines) + "\n";
}

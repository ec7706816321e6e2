using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Tests;

internal static class Applications
{
    /// <summary>A request for a small HTTP server on a network.</summary>
    public static ApplicationRequest Request(Engine engine, string network) => new(
        new Scope("local-shop", engine.Scope.Id),
        engine.Scope,
        new Dictionary<string, Value> { ["Network"] = network },
        "debian:bookworm-slim",
        ImageIsBuilt: false,
        ContainerPort: 8080,
        HostPort: null,
        new Dictionary<string, Value> { ["GREETING"] = "hello", ["PASSWORD"] = new Secret("top-secret") },
        MemoryMegabytes: 64,
        CpuShares: 512,
        ["perl", "-MIO::Socket::INET", "-e", """
            $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
            $SIG{TERM} = sub { exit };
            while ($c = $s->accept) { <$c>; print $c "HTTP/1.0 200 OK\r\n\r\n$ENV{GREETING}"; close $c }
            """],
        [new("uploads", "/srv/uploads")],
        new HealthCheck(null, TimeSpan.FromSeconds(30)));

    public static IApplicationCheck Check(Engine engine) => (IApplicationCheck)engine.Cloud.Coes[0];
}

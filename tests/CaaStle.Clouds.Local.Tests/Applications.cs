using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Tests;

internal static class Applications
{
    public const string Image = "debian:bookworm-slim";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>
    /// An HTTP server on port 8080 that keeps connections: answers with the variable <c>GREETING</c>, on <c>/host</c> with its host name, and
    /// on <c>/slow/5</c> after five seconds.
    /// </summary>
    public static IReadOnlyList<string> Server { get; } = ["perl", "-MIO::Socket::INET", "-e", """
        $SIG{CHLD} = "IGNORE"; $SIG{TERM} = sub { exit };
        $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 128, ReuseAddr => 1) or die;
        while ($c = $s->accept) {
            if (!fork) {
                close $s; $c->autoflush(1); $SIG{TERM} = "DEFAULT";
                while ($request = <$c>) {
                    $length = 0;
                    while (($header = <$c>) =~ /\S/) { $length = $1 if $header =~ /^content-length: *(\d+)/i }
                    read $c, $body, $length if $length;
                    sleep $1 if $request =~ m{ /slow/(\d+)};
                    $answer = $request =~ m{ /host} ? $ENV{HOSTNAME} : $ENV{GREETING};
                    print $c "HTTP/1.1 200 OK\r\nContent-Length: " . length($answer) . "\r\n\r\n$answer";
                }
                exit;
            }
            close $c;
        }
        """];

    /// <summary>A request for one container of <see cref="Server"/> on a network.</summary>
    public static ApplicationRequest Request(Engine engine, string network, int revision = 1) => new(
        new Scope("local-shop", engine.Scope.Id),
        engine.Scope,
        new Dictionary<string, Value> { ["Network"] = network },
        revision,
        IsNewRevision: true,
        Replicas: 1,
        [Container(ApplicationContainer.OnlyName, Server) with { Health = new(Soon) { Path = "/health", Port = 8080 } }],
        Exposed: ApplicationContainer.OnlyName,
        ContainerPort: 8080,
        HostPort: null,
        ApplicationProtocol.Http,
        Drain: TimeSpan.FromSeconds(20),
        PreDeploy: []);

    public static ApplicationContainer Container(string name, IReadOnlyList<string> command) => new(
        name,
        Image,
        ImageIsBuilt: false,
        new Dictionary<string, Value> { ["GREETING"] = "hello", ["PASSWORD"] = new Secret("top-secret") },
        MemoryMegabytes: 64,
        CpuShares: null,
        Entrypoint: [],
        command,
        Volumes: [],
        Health: null,
        After: []);

    /// <summary>The same with another only container.</summary>
    public static ApplicationRequest With(this ApplicationRequest request, Func<ApplicationContainer, ApplicationContainer> change) =>
        request with { Containers = [change(Assert.Single(request.Containers))] };

    /// <summary>The same with another greeting.</summary>
    public static ApplicationRequest Greeting(this ApplicationRequest request, string greeting) => request.With(container => container with
    {
        Variables = new Dictionary<string, Value>(container.Variables) { ["GREETING"] = greeting },
    });

    public static IApplicationCheck Check(Engine engine) => (IApplicationCheck)engine.Cloud.Coes[0];

    public static Blueprint Plan(Engine engine, ApplicationRequest request)
    {
        var plan = new Blueprint();
        engine.Cloud.Coes[0].PlanApplication(request, plan);
        return plan;
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Tests;

public sealed class SelfCheckTests
{
    [EngineFact("haproxy:2.6")]
    public async Task The_engine_tells_its_version_its_space_its_networks_and_the_proxys_image()
    {
        await using var engine = new Engine();

        var outcomes = await engine.Cloud.CheckAsync(Engine.Cancel);

        Assert.Equal(["engine", "disk", "networks", "proxy image"], outcomes.Select(outcome => outcome.Name));
        Assert.StartsWith("Docker ", outcomes[0].Detail, StringComparison.Ordinal);
        Assert.All(outcomes, outcome => Assert.Equal(outcome.Result == CheckResult.Passed, outcome.Fix.Count == 0));
        Assert.Equal(CheckResult.Passed, outcomes[3].Result);
    }

    [Theory]
    [InlineData(3, "null", CheckResult.Passed, "3 of about 31 networks are in use")]
    [InlineData(27, "null", CheckResult.Warned, "27 of about 31 networks are in use")]
    [InlineData(31, "null", CheckResult.Failed, "31 of about 31 networks are in use")]
    [InlineData(3, """[{"Base":"10.0.0.0/16","Size":24},{"Base":"10.1.0.0/24","Size":24}]""", CheckResult.Passed, "3 of about 257 networks are in use")]
    [InlineData(3, """[{"Base":"10.0.0.0/22","Size":24}]""", CheckResult.Warned, "3 of about 4 networks are in use")]
    public async Task Networks_are_counted_against_the_pools_that_there_are(int networks, string pools, CheckResult result, string detail)
    {
        await using var docker = new FakeDocker(
            ("/info", $$"""{"ServerVersion":"27.1","DockerRootDir":"/var/lib/docker","DefaultAddressPools":{{pools}}}"""),
            ("/networks", $"[{string.Join(',', Enumerable.Range(0, networks).Select(number => $$"""{"Id":"{{number}}","Name":"n{{number}}"}"""))}]"),
            ("/images/haproxy:2.6/json", """{"Id":"sha256:1","Size":1}"""));

        var outcomes = await docker.CheckAsync();

        // The engine is on another machine as far as can be told, and so is its disk.
        Assert.Equal(["engine", "networks", "proxy image"], outcomes.Select(outcome => outcome.Name));
        Assert.Equal((result, detail), (outcomes[1].Result, outcomes[1].Detail));
        Assert.Equal(result != CheckResult.Passed, outcomes[1].Fix.Contains("docker network prune"));
    }

    [Theory]
    [InlineData(true, CheckResult.Passed, "can be pulled")]
    [InlineData(false, CheckResult.Failed, "is not on this machine and cannot be pulled: no such thing")]
    public async Task An_image_that_is_not_there_is_asked_for_at_its_registry(bool isInRegistry, CheckResult result, string detail)
    {
        List<(string, string)> answers = [("/info", "{}"), ("/networks", "[]")];
        if (isInRegistry)
        {
            answers.Add(("/distribution/haproxy:2.6/json", "{}"));
        }

        await using var docker = new FakeDocker([.. answers]);

        var outcome = (await docker.CheckAsync())[^1];

        Assert.Equal(result, outcome.Result);
        Assert.EndsWith(detail, outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(isInRegistry ? [] : ["docker pull haproxy:2.6"], outcome.Fix);
    }

    /// <summary>Answers requests by the ends of their paths, as an engine that listens on TCP.</summary>
    private sealed class FakeDocker : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly IReadOnlyList<(string Path, string Body)> answers;
        private readonly ConfigFolder folder = new();
        private readonly Task serving;

        public FakeDocker(params IReadOnlyList<(string Path, string Body)> answers)
        {
            this.answers = answers;
            listener.Start();
            serving = ServeAsync();
        }

        public async Task<IReadOnlyList<CheckOutcome>> CheckAsync()
        {
            var endpoint = folder.Find(("DOCKER_HOST", $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
            using var docker = new DockerClient(endpoint, new(new DockerConfig(folder.Path)), record: null, TimeProvider.System);
            return await new LocalCloud(docker, TimeProvider.System).CheckAsync(Engine.Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            listener.Stop();
            await serving;
            folder.Dispose();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    using var reader = new StreamReader(client.GetStream());
                    var path = (await reader.ReadLineAsync())!.Split(' ', '?')[1];
                    while (await reader.ReadLineAsync() is { Length: > 0 })
                    {
                    }

                    var found = answers.FirstOrDefault(answer => path.EndsWith(answer.Path, StringComparison.Ordinal));
                    var (status, body) = path.EndsWith("/_ping", StringComparison.Ordinal) ? ("200 OK", "OK")
                        : found.Body is not null ? ("200 OK", found.Body)
                        : ("404 Not Found", """{"message":"no such thing"}""");
                    await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(
                        $"HTTP/1.1 {status}\r\nApi-Version: 1.43\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

public sealed class DockerEndpointTests
{
    [Theory]
    [InlineData("unix:///run/my.sock", "http://docker/", "/run/my.sock")]
    [InlineData("tcp://10.0.0.5:2376", "http://10.0.0.5:2376/", null)]
    [InlineData("tcp://builder", "http://builder:2375/", null)]
    public void DOCKER_HOST_says_where_the_engine_is(string host, string address, string? socket)
    {
        var endpoint = DockerEndpoint.Find(name => name == "DOCKER_HOST" ? host : null);

        Assert.Equal((new Uri(address), null), (endpoint.BaseAddress, endpoint.Problem));
        Assert.Equal(socket, endpoint.Sockets.SingleOrDefault());
    }

    [Fact]
    public void Without_DOCKER_HOST_the_machines_socket_comes_before_the_users()
    {
        var endpoint = DockerEndpoint.Find(name => name == "XDG_RUNTIME_DIR" ? "/run/user/1000" : null);

        Assert.Equal(["/var/run/docker.sock", "/run/user/1000/docker.sock"], endpoint.Sockets);
    }

    [Fact]
    public async Task An_engine_that_is_not_there_is_an_obstacle_with_the_command_to_start_it()
    {
        var obstacle = Assert.Single(await FindObstaclesAsync("unix:///run/no-such-docker.sock"));

        Assert.Contains("/run/no-such-docker.sock", obstacle, StringComparison.Ordinal);
        Assert.Contains("sudo systemctl start docker", obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_DOCKER_HOST_that_cannot_be_used_is_an_obstacle() =>
        Assert.Contains("unix:///path and tcp://host:port", Assert.Single(await FindObstaclesAsync("ssh://me@there")), StringComparison.Ordinal);

    [Fact]
    public async Task An_engine_that_is_too_old_is_an_obstacle()
    {
        await using var engine = new FakeEngine("HTTP/1.1 200 OK\r\nApi-Version: 1.38\r\nContent-Length: 2\r\n\r\nOK");

        Assert.Contains("1.41 (Docker 20.10) or later is needed", Assert.Single(await FindObstaclesAsync(engine.Host)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_hangs_up_is_unreachable_and_never_taken_for_absence()
    {
        await using var engine = new FakeEngine(answer: "");
        var handler = new VolumeHandler(new DockerClient(DockerEndpoint.Find(_ => engine.Host), TimeProvider.System));
        var call = new ObjectCall(new("i", "environment/e", "id", "op", "it"), new TestLog(), CancellationToken.None);

        var unreachable = await Assert.ThrowsAsync<CloudException>(
            () => handler.ReadAsync(new("data"), call, TestContext.Current.CancellationToken));

        Assert.Equal(CloudFault.Unreachable, unreachable.Fault);
    }

    private static Task<IReadOnlyList<string>> FindObstaclesAsync(string host) =>
        new LocalCloud(new DockerClient(DockerEndpoint.Find(name => name == "DOCKER_HOST" ? host : null), TimeProvider.System), TimeProvider.System)
            .FindObstaclesAsync(TestContext.Current.CancellationToken);

    /// <summary>Answers every connection with the same bytes, then hangs up.</summary>
    private sealed class FakeEngine : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Task serving;

        public FakeEngine(string answer)
        {
            listener.Start();
            Host = $"tcp://{listener.LocalEndpoint}";
            serving = ServeAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        }

        public string Host { get; }

        public async ValueTask DisposeAsync()
        {
            listener.Stop();
            await serving;
        }

        private async Task ServeAsync(byte[] answer)
        {
            try
            {
                while (true)
                {
                    using var connection = await listener.AcceptSocketAsync();
                    await connection.ReceiveAsync(new byte[4096]);
                    await connection.SendAsync(answer);
                }
            }
            catch (SocketException)
            {
                // The listener was stopped.
            }
        }
    }
}

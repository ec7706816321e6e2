using System.Net;
using System.Net.Sockets;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

public sealed class DockerEndpointTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("unix:///run/my.sock", "http://docker/", "/run/my.sock")]
    [InlineData("unix://", "http://docker/", "/var/run/docker.sock")]
    [InlineData("tcp://10.0.0.5:2376", "http://10.0.0.5:2376/", null)]
    [InlineData("tcp://builder", "http://builder:2375/", null)]
    [InlineData("10.0.0.5:2375", "http://10.0.0.5:2375/", null)]
    public void DOCKER_HOST_says_where_the_engine_is(string host, string address, string? socket)
    {
        var endpoint = folder.Find(("DOCKER_HOST", host));

        Assert.Equal((new Uri(address), null), (endpoint.BaseAddress, endpoint.Problem));
        Assert.Equal(socket, endpoint.Sockets.SingleOrDefault());
    }

    [Fact]
    public void Without_DOCKER_HOST_the_machines_socket_comes_before_the_users()
    {
        var endpoint = folder.Find(("XDG_RUNTIME_DIR", "/run/user/1000"));

        Assert.Equal(["/var/run/docker.sock", "/run/user/1000/docker.sock"], endpoint.Sockets);
    }

    [Fact]
    public void DOCKER_HOST_comes_before_DOCKER_CONTEXT_and_that_before_the_current_context()
    {
        folder.WriteContext("current", "unix:///run/current.sock");
        folder.WriteContext("chosen", "unix:///run/chosen.sock");
        folder.Write("""{ "currentContext": "current" }""");

        Assert.Equal("/run/current.sock", folder.Find().Socket);
        Assert.Equal("/run/chosen.sock", folder.Find(("DOCKER_CONTEXT", "chosen")).Socket);
        Assert.Equal("/run/host.sock", folder.Find(("DOCKER_CONTEXT", "chosen"), ("DOCKER_HOST", "unix:///run/host.sock")).Socket);
        Assert.Equal("/var/run/docker.sock", folder.Find(("DOCKER_CONTEXT", "default")).Socket);
    }

    [Fact]
    public void The_configuration_is_in_the_users_home_unless_DOCKER_CONFIG_says_where()
    {
        static string FolderFor(params (string Name, string Value)[] variables) => DockerConfig.Find(ConfigFolder.Lookup(variables)).Folder;

        Assert.Equal("/home/ann/.docker", FolderFor(("HOME", "/home/ann")));
        Assert.Equal("/etc/mine", FolderFor(("HOME", "/home/ann"), ("DOCKER_CONFIG", "/etc/mine")));
    }

    [Fact]
    public void A_configuration_that_cannot_be_read_means_the_default_as_for_Dockers_client()
    {
        folder.Write("{ broken");

        Assert.Equal("/var/run/docker.sock", folder.Find().Socket);
    }

    [Fact]
    public void A_context_that_does_not_exist_is_told_with_who_names_it()
    {
        folder.Write("""{ "currentContext": "gone" }""");

        Assert.Equal(
            $"The Docker context 'gone', which {folder.Path}/config.json names, does not exist. "
            + "Choose another that `docker context ls` shows: `docker context use default`; then restart the server: `cld server stop`.",
            folder.Find().Problem);
        Assert.StartsWith("The Docker context 'other', which DOCKER_CONTEXT names, does not exist.", folder.Find(("DOCKER_CONTEXT", "other")).Problem);
    }

    [Theory]
    [InlineData("ssh://me@there", "run `cld` there")]
    [InlineData("npipe:////./pipe/docker_engine", "only unix:///path and tcp://host:port can be used")]
    public void An_address_that_cannot_be_used_is_told_with_who_names_it(string host, string reason)
    {
        folder.WriteContext("lab", host);

        var fromVariable = folder.Find(("DOCKER_HOST", host)).Problem;
        var fromContext = folder.Find(("DOCKER_CONTEXT", "lab")).Problem;

        Assert.StartsWith($"DOCKER_HOST is '{host}', but ", fromVariable, StringComparison.Ordinal);
        Assert.StartsWith($"The Docker context 'lab', which DOCKER_CONTEXT names, has the engine at '{host}', but ", fromContext, StringComparison.Ordinal);
        Assert.All([fromVariable, fromContext], problem => Assert.Contains(reason, problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{ broken")]
    [InlineData("""{ "Endpoints": { "docker": { "Host": "" } } }""")]
    public void A_context_without_an_engine_is_told(string meta)
    {
        folder.WriteContextFile("lab", meta);

        Assert.StartsWith("The Docker context 'lab', which DOCKER_CONTEXT names, ", folder.Find(("DOCKER_CONTEXT", "lab")).Problem, StringComparison.Ordinal);
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
        Assert.Contains("run `cld` there", Assert.Single(await FindObstaclesAsync("ssh://me@there")), StringComparison.Ordinal);

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
        var handler = new VolumeHandler(DockerClient.Find(ConfigFolder.Lookup(("DOCKER_HOST", engine.Host)), record: null, TimeProvider.System));
        var call = new ObjectCall(new("i", "environment/e", "id", "op", "it"), new TestLog(), CancellationToken.None);

        var unreachable = await Assert.ThrowsAsync<CloudException>(
            () => handler.ReadAsync(new("data"), call, TestContext.Current.CancellationToken));

        Assert.Equal(CloudFault.Unreachable, unreachable.Fault);
    }

    [Fact]
    public async Task The_engine_in_which_something_was_made_is_the_only_one_from_then_on()
    {
        const string Answer = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\n{}";
        await using var engine = new FakeEngine(Answer);
        await using var other = new FakeEngine(Answer);
        var file = Path.Combine(folder.Path, "engine");
        DockerClient Client(FakeEngine configured) =>
            DockerClient.Find(ConfigFolder.Lookup(("DOCKER_HOST", configured.Host)), new EngineRecord(file), TimeProvider.System);
        Task MakeAsync(DockerClient docker) => docker.PostAsync("volumes/create", new { Name = "data" }, Engine.Cancel);

        await Client(other).DeleteAsync("volumes/data", Engine.Cancel);
        await MakeAsync(Client(engine));
        await MakeAsync(Client(engine));
        var refused = await Assert.ThrowsAsync<CloudException>(() => Client(other).FindAsync<object>("volumes/data", Engine.Cancel));
        File.Delete(file);
        await MakeAsync(Client(other));

        Assert.Equal(CloudFault.Refused, refused.Fault);
        Assert.Equal(
            $"What this server has made is in Docker's engine at {engine.Host}, but now the engine at {other.Host} is configured. "
            + $"Configure the former again, or delete {file} if nothing is left there; then restart the server: `cld server stop`.",
            refused.Message);
    }

    [Fact]
    public void Of_several_sockets_the_one_that_was_used_is_kept()
    {
        var (machines, users) = (Path.Combine(folder.Path, "machines.sock"), Path.Combine(folder.Path, "docker.sock"));
        var record = new EngineRecord(Path.Combine(folder.Path, "engine"));
        var either = new DockerEndpoint("either", new Uri("http://docker/"), [machines, users]);

        File.WriteAllText(users, "");
        var used = record.Write(either);
        File.WriteAllText(machines, "");

        Assert.Equal(users, used.Socket);
        Assert.Equal(users, new EngineRecord(Path.Combine(folder.Path, "engine")).Check(either).Socket);
    }

    private static Task<IReadOnlyList<string>> FindObstaclesAsync(string host) =>
        new LocalCloud(DockerClient.Find(ConfigFolder.Lookup(("DOCKER_HOST", host)), record: null, TimeProvider.System), TimeProvider.System)
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

            // Else the client sends its next request on a connection that is about to go.
            serving = ServeAsync(Encoding.ASCII.GetBytes(answer.Replace(" 200 OK\r\n", " 200 OK\r\nConnection: close\r\n", StringComparison.Ordinal)));
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
                    await ReceiveRequestAsync(connection);
                    await connection.SendAsync(answer);
                }
            }
            catch (SocketException)
            {
                // The listener was stopped.
            }
        }

        /// <summary>Hanging up with something unread would cut off the answer too.</summary>
        private static async Task ReceiveRequestAsync(Socket connection)
        {
            const string EndOfHeader = "\r\n\r\n";
            var (request, buffer) = ("", new byte[4096]);
            while (true)
            {
                var count = await connection.ReceiveAsync(buffer);
                request += Encoding.ASCII.GetString(buffer, 0, count);
                var end = request.IndexOf(EndOfHeader, StringComparison.Ordinal);
                if (count == 0 || (end >= 0 && request.Length >= end + EndOfHeader.Length + LengthOfBody(request[..end])))
                {
                    return;
                }
            }
        }

        private static int LengthOfBody(string header) => header.Split("\r\n")
            .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => int.Parse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], System.Globalization.CultureInfo.InvariantCulture))
            .FirstOrDefault();
    }
}

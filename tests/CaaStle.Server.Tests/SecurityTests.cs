using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using CaaStle.Api;
using CaaStle.Server.Hosting;
using CaaStle.Server.Security;

namespace CaaStle.Server.Tests;

public sealed class SecurityTests
{
    [Theory]
    [InlineData("/environments")]
    [InlineData("/server")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/nowhere")]
    public async Task Nothing_is_answered_without_the_token(string path)
    {
        await using var server = await TestServer.StartAsync();
        server.Client.DefaultRequestHeaders.Authorization = null;
        await server.ProblemAsync(HttpMethod.Get, path, HttpStatusCode.Unauthorized, ProblemCodes.Unauthorized);
    }

    [Fact]
    public async Task A_wrong_token_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var wrong = (server.Running.Token[0] == 'A' ? "B" : "A") + server.Running.Token[1..];
        foreach (var header in new[] { $"Bearer {wrong}", "Bearer", "Bearer ", $"Bearer {server.Running.Token}x", $"Basic {server.Running.Token}" })
        {
            server.Client.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(header);
            await server.ProblemAsync(HttpMethod.Get, "/environments", HttpStatusCode.Unauthorized, ProblemCodes.Unauthorized);
        }
    }

    [Theory]
    [InlineData("evil.example:{port}", false)]
    [InlineData("localhost", false)]
    [InlineData("localhost:1", false)]
    [InlineData("127.0.0.1.evil.example:{port}", false)]
    [InlineData("localhost:{port}", true)]
    [InlineData("LOCALHOST:{port}", true)]
    [InlineData("127.0.0.1:{port}", true)]
    [InlineData("[::1]:{port}", true)]
    public async Task Only_the_servers_own_names_are_accepted_as_host(string host, bool accepted)
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/environments");
        request.Headers.Host = Fill(host, server);
        if (accepted)
        {
            using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await server.ProblemAsync(request, HttpStatusCode.Forbidden, ProblemCodes.Forbidden);
        }
    }

    [Theory]
    [InlineData("http://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("https://localhost:{port}", false)]
    [InlineData("http://localhost:1", false)]
    [InlineData("http://localhost:{port}", true)]
    [InlineData("http://127.0.0.1:{port}", true)]
    public async Task A_foreign_origin_is_refused(string origin, bool accepted)
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/environments");
        request.Headers.Add("Origin", Fill(origin, server));
        if (accepted)
        {
            using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await server.ProblemAsync(request, HttpStatusCode.Forbidden, ProblemCodes.Forbidden);
        }
    }

    [Fact]
    public async Task Answers_are_not_to_be_stored_and_do_not_name_the_server()
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Client.GetAsync("/environments", TestContext.Current.CancellationToken);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_server_listens_on_the_loopback_interface_only()
    {
        await using var server = await TestServer.StartAsync();
        var others = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
            .ToList();
        Assert.SkipWhen(others.Count == 0, "The machine has no other address.");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var failure = await Assert.ThrowsAsync<SocketException>(async () => await socket.ConnectAsync(others[0], server.Port, TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task A_body_over_a_mebibyte_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/environments")
        {
            Content = new StringContent($"{{\"name\":\"{new string('a', 1 << 20)}\"}}", Encoding.UTF8, "application/json"),
        };
        await server.ProblemAsync(request, HttpStatusCode.RequestEntityTooLarge, ProblemCodes.TooLarge);
    }

    [Fact]
    public void The_token_is_drawn_once_and_is_for_its_user_only()
    {
        using var home = new TemporaryHome();
        var first = AccessToken.LoadOrCreate(home.Home, new SystemRandomSource());
        var second = AccessToken.LoadOrCreate(home.Home, new SystemRandomSource());
        Assert.Equal(43, first.Text.Length);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(home.Home.TokenFile));

        File.WriteAllText(home.Home.TokenFile, "");
        Assert.Equal(43, AccessToken.LoadOrCreate(home.Home, new SystemRandomSource()).Text.Length);
    }

    [Fact]
    public void A_home_that_others_may_write_to_is_refused()
    {
        using var home = new TemporaryHome();
        var path = home.Home.Path;
        Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(path), 8));
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherWrite);
        Assert.Contains($"chmod 700 {path}", Assert.Throws<StartRefusedException>(() => ServerHome.Open(path)).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        ServerHome.Open(path);
        Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(path), 8));
    }

    [Fact]
    public void A_home_of_another_user_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Native.OwnerOf("/var/cache/man") is > 0, "Needs root and a folder of another user.");
        Assert.Contains(
            "belongs to another user", Assert.Throws<StartRefusedException>(() => ServerHome.Open("/var/cache/man")).Message, StringComparison.Ordinal);
    }

    private static string Fill(string text, TestServer server) =>
        text.Replace("{port}", server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}

using System.Net;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Server.Tests.Fakes;

namespace CaaStle.Server.Tests;

public sealed class ContainerUploadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_build_context_is_kept_in_a_folder_of_its_own()
    {
        await using var server = await TestServer.StartAsync();
        var archive = new byte[3 << 20];
        Random.Shared.NextBytes(archive);
        using var request = Upload("/containers?name=web&registry=local&dockerfile=deploy/Dockerfile", archive);
        using var answer = await server.Client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.StartsWith("/operations/op-", answer.Headers.Location?.ToString(), StringComparison.Ordinal);
        var created = Assert.IsType<CreateContainer>(Assert.Single(server.Engine.Requests));
        Assert.Equal(("web", "local", "deploy/Dockerfile"), (created.Name, created.Registry, created.Dockerfile));
        Assert.Equal(archive, await File.ReadAllBytesAsync(created.ContextArchive, Token));
        var folder = Path.GetDirectoryName(created.ContextArchive)!;
        Assert.Equal(server.Home.ContainersFolder, Path.GetDirectoryName(folder));
        Assert.StartsWith("web-2026-05-01-12-00-00", Path.GetFileName(folder), StringComparison.Ordinal);
        Assert.Equal("web.tar", Path.GetFileName(Assert.Single(Directory.GetFiles(folder))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_context_over_the_limit_is_refused_and_nothing_of_it_kept(bool saysItsLength)
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string?> { ["MaxContextBytes"] = "100000" });
        using var request = Upload("/containers?name=web&registry=local", new byte[200_000]);
        request.Headers.TransferEncodingChunked = !saysItsLength;
        var problem = await server.ProblemAsync(request, HttpStatusCode.RequestEntityTooLarge, ProblemCodes.TooLarge);
        Assert.Contains("100000 bytes", problem.Detail, StringComparison.Ordinal);
        Assert.Contains(".dockerignore", problem.Detail, StringComparison.Ordinal);
        Assert.Empty(Kept(server));
    }

    [Fact]
    public async Task Nothing_is_kept_of_what_the_engine_refuses()
    {
        await using var server = await TestServer.StartAsync();
        server.Engine.Refusal = new RefusedException(ProblemCodes.CloudNotReady, "Docker is not running.", []);
        using var request = Upload("/containers?name=web&registry=local", new byte[1000]);
        await server.ProblemAsync(request, HttpStatusCode.ServiceUnavailable, ProblemCodes.CloudNotReady);
        Assert.Empty(Kept(server));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_before_the_context_is_read()
    {
        await using var server = await TestServer.StartAsync();
        await server.Store.SeedAsync(Samples.Subject(SubjectKey.Container("web")));
        using var request = Upload("/containers?name=web&registry=local", new byte[1000]);
        await server.ProblemAsync(request, HttpStatusCode.Conflict, ProblemCodes.AlreadyExists);
        Assert.False(Directory.Exists(server.Home.ContainersFolder));
    }

    [Fact]
    public async Task An_update_brings_another_context_and_keeps_the_dockerfile_unless_told()
    {
        await using var server = await TestServer.StartAsync();
        await server.Store.SeedAsync(Samples.Subject(SubjectKey.Container("web")));
        server.Engine.Images = [new(2, "cld/web:2", IsInForce: true, Samples.Noon, ["shop"]), new(1, "cld/web:1", IsInForce: false, null, [])];
        using var request = Upload("/containers/web", [1, 2, 3]);
        request.Method = HttpMethod.Put;
        using var answer = await server.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var updated = Assert.IsType<UpdateContainer>(Assert.Single(server.Engine.Requests));
        Assert.Equal(("web", null), (updated.Name, updated.Dockerfile));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(updated.ContextArchive, Token));
        var detail = await server.GetAsync<ContainerDetail>("/containers/web");
        Assert.Equal("build/Dockerfile", detail.Dockerfile);
        Assert.Equal([(2, true, "shop"), (1, false, "")], detail.Images.Select(image => (image.Revision, image.IsInForce, string.Join(',', image.Applications))));
    }

    [Fact]
    public async Task An_update_of_what_is_not_there_or_being_worked_on_is_refused_before_the_context_is_read()
    {
        await using var server = await TestServer.StartAsync();
        using var early = Upload("/containers/web", new byte[1000]);
        early.Method = HttpMethod.Put;
        await server.ProblemAsync(early, HttpStatusCode.NotFound, ProblemCodes.NotFound);
        await server.Store.SeedAsync(Samples.Subject(SubjectKey.Container("web")));
        using var deletion = await server.Client.DeleteAsync("/containers/web", Token);
        using var late = Upload("/containers/web", new byte[1000]);
        late.Method = HttpMethod.Put;
        await server.ProblemAsync(late, HttpStatusCode.Conflict, ProblemCodes.Locked);
        Assert.Empty(Kept(server));
    }

    [Fact]
    public async Task Nothing_is_kept_of_an_upload_that_breaks_off()
    {
        await using var server = await TestServer.StartAsync();
        using (var socket = new System.Net.Sockets.TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Port, Token);
            var head = $"POST /containers?name=web&registry=local HTTP/1.1\r\nHost: localhost:{server.Port}\r\n"
                + $"Authorization: Bearer {server.Running.Token}\r\nContent-Type: application/x-tar\r\nContent-Length: 1000\r\n\r\nhalf";
            await socket.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(head), Token);
            while (Kept(server).Length == 0)
            {
                await Task.Yield();
            }
        }

        while (Kept(server).Length > 0)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Empty(server.Engine.Requests);
    }

    private static string[] Kept(TestServer server) =>
        Directory.Exists(server.Home.ContainersFolder) ? Directory.GetFileSystemEntries(server.Home.ContainersFolder) : [];

    private static HttpRequestMessage Upload(string path, byte[] archive)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(archive) };
        request.Content.Headers.ContentType = new("application/x-tar");
        return request;
    }
}

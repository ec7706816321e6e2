using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

[UnsupportedOSPlatform("windows")]
public sealed class DoctorTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task It_tells_what_was_looked_at_and_below_what_is_wrong_what_to_type()
    {
        await using var server = await Server(
            new("server", "state store", "passed", "cld.sqlite is whole", []),
            new("local", "usable", "failed", "Docker is not running.", ["sudo systemctl start docker", "cld server status"]),
            new("local", "disk", "warning", "2 GB free", ["docker system prune"]));
        using var cld = new Cld(server) { Program = "bin/cld" };
        Protect(cld);

        var result = await cld.RunAsync("doctor");

        Assert.Equal(ExitCode.Failed, result.Exit);
        Assert.Matches(
            $"""
            ^machine
              ✓ home          {cld.Home} can be written
              ✓ permissions   nobody else can read the token, the keys or the state
              . disk          [0-9.]+ GB free for {cld.Home}(\n    → df .*)?
              ✓ port          the server has one
            server
              ✓ running       version 0.1.0 at {server.Url}/
              ✓ state store   cld.sqlite is whole
            local
              ✗ usable        Docker is not running.
                → sudo systemctl start docker
                → bin/cld server status
              ! disk          2 GB free
                → docker system prune
            8 checks: 1 failed, .*
            $
            """.ReplaceLineEndings("\n"),
            result.Output);
    }

    [Fact]
    public async Task For_a_program_it_is_one_document()
    {
        await using var server = await Server(new CheckView("server", "clock", "passed", "now", []));
        using var cld = new Cld(server);
        Protect(cld);

        var result = await cld.RunAsync("doctor", "-o", "json");

        using var report = JsonDocument.Parse(result.Output);
        Assert.Equal(("0.1.0", true), (report.RootElement.GetProperty("serverVersion").GetString(), report.RootElement.GetProperty("passed").GetBoolean()));
        Assert.Equal("clock", report.RootElement.GetProperty("checks").EnumerateArray().Last().GetProperty("name").GetString());
        Assert.Equal(ExitCode.Ok, result.Exit);
    }

    [Fact]
    public async Task What_others_can_read_is_told_with_the_command_that_ends_it()
    {
        await using var server = await Server();
        using var cld = new Cld(server);
        Protect(cld);
        var keys = Directory.CreateDirectory(Path.Combine(cld.Home, "keys"));
        File.WriteAllText(Path.Combine(keys.FullName, "key.xml"), "");
        File.SetUnixFileMode(keys.FullName, Private | UnixFileMode.UserExecute);
        File.SetUnixFileMode(Path.Combine(keys.FullName, "key.xml"), Private | UnixFileMode.GroupRead);
        File.SetUnixFileMode(Path.Combine(cld.Home, "token"), Private | UnixFileMode.OtherRead);

        var result = await cld.RunAsync("doctor");

        Assert.Equal(ExitCode.Failed, result.Exit);
        Assert.Contains($"✗ permissions   others may get at {cld.Home}/token (604), {cld.Home}/keys/key.xml (640)\n", result.Output);
        Assert.Contains($"    → chmod 600 {cld.Home}/token\n    → chmod 600 {cld.Home}/keys/key.xml\n", result.Output);
    }

    [Fact]
    public async Task It_works_where_no_server_can_be_started()
    {
        using var cld = new Cld();
        Protect(cld);

        var result = await cld.RunAsync("doctor");

        Assert.Equal(ExitCode.Failed, result.Exit);
        Assert.Contains("✓ permissions   nobody else", result.Output);
        Assert.Contains("✗ running       No server runs, and there is none to start. Looked for ", result.Output);
        Assert.Contains("    → export CLD_SERVER_EXECUTABLE=/path/to/cld-server\n", result.Output);
    }

    [Fact]
    public async Task A_server_of_another_version_is_not_asked_about_itself()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/server", new("9.9.9", 1, Make.Now, "/", 0, []), ApiJson.Default.ServerStatus);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("doctor");

        Assert.Equal(ExitCode.Failed, result.Exit);
        Assert.Contains("✗ running       the server is of version 9.9.9, and this is cld 0.1.0;", result.Output);
        Assert.Contains("    → cld server stop\n", result.Output);
        Assert.DoesNotContain(server.Requests, request => request.PathAndQuery == "/doctor");
    }

    [Fact]
    public async Task A_home_that_is_a_file_and_a_port_that_is_taken_are_told()
    {
        using var listener = new TcpListener(IPAddress.Loopback, Routes.DefaultPort);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            // Somebody has it already, which is the same.
        }

        using var cld = new Cld();
        Directory.Delete(cld.Home, recursive: true);
        File.WriteAllText(cld.Home, "");

        var result = await cld.RunAsync("doctor");

        Assert.Contains($"✗ home          {cld.Home} is a file, and a folder is needed\n    → export CLD_HOME=DIRECTORY\n", result.Output);
        Assert.Contains("✓ port          5002 on 127.0.0.1 is taken; the server takes another\n", result.Output);
        File.Delete(cld.Home);
        Directory.CreateDirectory(cld.Home);
    }

    [Fact]
    public async Task A_server_elsewhere_is_asked_without_a_look_at_this_machines_home()
    {
        await using var server = await Server();
        using var cld = new Cld();
        cld.Variables["CLD_SERVER"] = server.Url;

        Assert.DoesNotContain("permissions", (await cld.RunAsync("doctor")).Output);
    }

    [Fact]
    public async Task Without_orphans_all_is_well()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/orphans", new([], []), ApiJson.Default.OrphanReportView);
        using var cld = new Cld(server);

        Assert.Equal(
            new Result(ExitCode.Ok, "✓ everything with this installation's labels is in the record\n", ""), await cld.RunAsync("doctor", "--orphans", "--remove"));
    }

    [Fact]
    public async Task A_cloud_that_does_not_tell_what_it_has_is_not_fine()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/orphans", new([], ["local: Docker is not running"]), ApiJson.Default.OrphanReportView);
        using var cld = new Cld(server);

        var result = await cld.RunAsync("doctor", "--orphans");

        Assert.Equal(ExitCode.Failed, result.Exit);
        Assert.Contains("local: Docker is not running", result.Output);
    }

    [Theory]
    [InlineData(false, true, "y\n", ExitCode.Failed, true)]
    [InlineData(false, true, "n\n", ExitCode.Cancelled, false)]
    [InlineData(true, true, "y\n", ExitCode.Cancelled, false)]
    [InlineData(true, true, "orphans\n", ExitCode.Failed, true)]
    [InlineData(true, false, "", ExitCode.Usage, false)]
    public async Task Orphans_are_removed_after_asking_and_what_stays_says_why(bool holdsData, bool isTerminal, string answer, object exit, bool isRemoved)
    {
        await using var server = await FakeServer.StartAsync();
        OrphanView[] orphans =
        [
            new("local", "docker/volume", "lost-data", "environment/gone", "gone01", "mysql/volume", holdsData),
            new("local", "docker/network", "lost-net", "environment/gone", "gone01", "network", false),
        ];
        server
            .On("GET", "/orphans", new(orphans, []), ApiJson.Default.OrphanReportView)
            .On("POST", "/orphans/remove", [new(orphans[0], null), new(orphans[1], "it has active endpoints")], ApiJson.Default.IReadOnlyListOrphanRemovalView);
        using var cld = new Cld(server) { IsTerminal = isTerminal, Input = answer };

        var result = await cld.RunAsync("doctor", "--orphans", "--remove");

        Assert.Equal(exit, result.Exit);
        Assert.Equal(isRemoved, server.Requests.Any(request => request.Method == "POST"));
        Assert.Contains("lost-data", result.Error);
        if (isRemoved)
            Assert.Equal("✓ docker/volume lost-data deleted\n✗ docker/network lost-net: it has active endpoints\n", result.Output);
    }

    [Fact]
    public async Task Orphans_are_listed_with_what_they_were_made_for()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/orphans", new([new("local", "docker/volume", "lost-data", "environment/gone", "gone01", "mysql/volume", true)], []), ApiJson.Default.OrphanReportView);
        using var cld = new Cld(server);

        Assert.Equal(
            new Result(
                ExitCode.ChangesPending,
                """
                CLOUD   KIND            NAME        MADE FOR           OBJECT
                local   docker/volume   lost-data   environment/gone   mysql/volume   holds data
                1 object in no record

                """,
                "→ cld doctor --orphans --remove\n"),
            await cld.RunAsync("doctor", "--orphans"));
    }

    private static void Protect(Cld cld)
    {
        File.SetUnixFileMode(cld.Home, Private | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(cld.Home))
            File.SetUnixFileMode(file, Private);
    }

    private static async Task<FakeServer> Server(params IReadOnlyList<CheckView> checks) => (await FakeServer.StartAsync())
        .On("GET", "/server", new("0.1.0", 1, Make.Now, "/", 0, []), ApiJson.Default.ServerStatus)
        .On("GET", "/doctor", new("0.1.0", checks), ApiJson.Default.CheckReport);
}

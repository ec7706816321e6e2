using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using CaaStle.Api;
using CaaStle.Server.Hosting;

namespace CaaStle.Server.Tests;

/// <summary>The server as a process of its own.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryHome home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_that_it_is_ready_and_ends_cleanly_on_sigterm()
    {
        using var server = await StartAsync();
        var address = Address();
        Assert.Equal($"cld-server {RunningServer.Version} is ready at {address.Url}", server.ReadyLine);
        Assert.Equal(server.Process.Id, address.ProcessId);
        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(home.Home.AddressFile), 8));
        Assert.Equal("[]", await GetAsync(address, "/environments"));
        await SignalAsync("TERM", server.Process);
        Assert.Equal(0, server.Process.ExitCode);
        Assert.False(File.Exists(home.Home.AddressFile));
    }

    [Fact]
    public void The_framework_that_its_migrations_are_written_with_is_not_beside_it()
    {
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "CaaStle.Storage.dll")));
        Assert.Empty(Directory.GetFiles(AppContext.BaseDirectory, "*EntityFrameworkCore*"));
    }

    [Fact]
    public async Task After_a_kill_it_starts_again()
    {
        using (var killed = await StartAsync())
        {
            await SignalAsync("KILL", killed.Process);
        }

        Assert.True(File.Exists(home.Home.AddressFile));
        using var server = await StartAsync();
        Assert.Equal(server.Process.Id, Address().ProcessId);
        Assert.Equal("[]", await GetAsync(Address(), "/environments"));
        await SignalAsync("TERM", server.Process);
    }

    [Fact]
    public async Task A_second_one_on_the_same_home_leaves_the_first_alone()
    {
        using var first = await StartAsync();
        using var second = Launch();
        var line = await second.StandardOutput.ReadLineAsync(Token);
        await second.WaitForExitAsync(Token);
        Assert.Equal($"A server is running on {home.Home.Path} already.", line);
        Assert.Equal(0, second.ExitCode);
        Assert.Equal("[]", await GetAsync(Address(), "/environments"));
        await SignalAsync("TERM", first.Process);
    }

    [Fact]
    public async Task A_taken_port_is_no_obstacle()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        using var server = await StartAsync("--port", port.ToString(CultureInfo.InvariantCulture));
        Assert.NotEqual(port, new Uri(Address().Url).Port);
        Assert.Equal("[]", await GetAsync(Address(), "/environments"));
        await SignalAsync("TERM", server.Process);
    }

    [Fact]
    public async Task Wrong_usage_and_an_unusable_home_are_told_in_plain_words()
    {
        using var usage = Launch("--hom");
        Assert.StartsWith("cld-server does not understand '--hom'.", await usage.StandardError.ReadToEndAsync(Token), StringComparison.Ordinal);
        await usage.WaitForExitAsync(Token);
        Assert.Equal(2, usage.ExitCode);

        var file = Path.Combine(home.Home.Path, "file");
        await File.WriteAllTextAsync(file, "", Token);
        using var unusable = Launch("--home", file);
        var told = await unusable.StandardError.ReadToEndAsync(Token);
        Assert.StartsWith($"The home {file} cannot be used: ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
        await unusable.WaitForExitAsync(Token);
        Assert.Equal(1, unusable.ExitCode);
    }

    public void Dispose() => home.Dispose();

    private async Task<Server> StartAsync(params string[] arguments)
    {
        var process = Launch(arguments.Length == 0 ? ["--port", "0", "--detach"] : arguments);
        var line = await process.StandardOutput.ReadLineAsync(Token);
        return line is not null ? new(process, line) : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(Token));
    }

    private Process Launch(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cld-server"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CLD_HOME"] = home.Home.Path;
        return Process.Start(start)!;
    }

    private ServerAddress Address() => JsonSerializer.Deserialize(File.ReadAllText(home.Home.AddressFile), ApiJson.Default.ServerAddress)!;

    private async Task<string> GetAsync(ServerAddress address, string path)
    {
        using var client = new HttpClient { BaseAddress = new(address.Url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await File.ReadAllTextAsync(home.Home.TokenFile, Token));
        return await client.GetStringAsync(path, Token);
    }

    private static async Task SignalAsync(string signal, Process process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    private sealed record Server(Process Process, string ReadyLine) : IDisposable
    {
        public void Dispose()
        {
            if (!Process.HasExited)
            {
                Process.Kill();
            }

            Process.Dispose();
        }
    }
}

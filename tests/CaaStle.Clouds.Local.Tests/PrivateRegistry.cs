using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Tests;

/// <summary>
/// A registry that lets one user in: the program of Debian's package docker-registry on a port of 127.0.0.1, where Docker's engine does
/// without TLS.
/// </summary>
public sealed partial class PrivateRegistry : IAsyncLifetime
{
    public const string User = "ann";
    public const string Password = "pull-me-not-a-secret";

    /// <summary>As <c>htpasswd -nbB</c> writes it.</summary>
    private const string PasswordFile = "ann:$2y$04$YtvA90TComOrlv/u.X7E1umJkCpuo0isLTE5qq1u0cRsMzZxWjhde\n";

    private readonly string folder = Directory.CreateTempSubdirectory("local-registry-").FullName;
    private Process? process;
    private Task restOfLog = Task.CompletedTask;

    /// <summary>What the registry is called: address and port.</summary>
    public string Host { get; private set; } = "";

    /// <summary>An entry of <c>auths</c> in Docker's <c>config.json</c>.</summary>
    public string Entry => $$"""{ "{{Host}}": { "auth": "{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"))}}" } }""";

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "htpasswd"), PasswordFile);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "config.yml"),
            $$"""
            version: 0.1
            log: { accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: "{{folder}}/images" } }
            http: { addr: "127.0.0.1:0" }
            auth: { htpasswd: { realm: tests, path: "{{folder}}/htpasswd" } }
            """);
        process = Process.Start(new ProcessStartInfo(FindProgram(), ["serve", Path.Combine(folder, "config.yml")]) { RedirectStandardError = true })!;
        var log = new StringBuilder();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            log.AppendLine(line);
            if (Listening().Match(line) is { Success: true } listening)
            {
                Host = listening.Groups["address"].Value;
                restOfLog = process.StandardError.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException($"The registry did not start:\n{log}");
    }

    public async ValueTask DisposeAsync()
    {
        process?.Kill();
        await restOfLog;
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <returns>The name of a new image in the registry that is not in the engine.</returns>
    internal async Task<string> AddImageAsync(Engine engine)
    {
        var (repository, login) = ($"{Host}/team/{engine.Scope.Id}", new RegistryLogin(Host, User, new(Password)));
        var files = new ByteArrayContent(new byte[1024]);
        files.Headers.ContentType = new("application/x-tar");
        await ConsumeAsync(engine, DockerClient.Path("images/create", ("fromSrc", "-"), ("repo", repository), ("tag", "1")), files);
        await ConsumeAsync(engine, DockerClient.Path($"images/{repository}/push", ("tag", "1")), null, login.ToHeader());
        await engine.Docker.DeleteAsync($"images/{repository}:1", Engine.Cancel);
        return $"{repository}:1";
    }

    private static async Task ConsumeAsync(Engine engine, string path, HttpContent? content, RequestHeader? header = null)
    {
        await foreach (var message in engine.Docker.StreamAsync<ProgressMessage>(HttpMethod.Post, path, content, header, Engine.Cancel))
        {
            Assert.Null(message.Error);
        }
    }

    private static string FindProgram()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CaaStle.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        var unpacked = Path.Combine(folder, "artifacts/tools/docker-registry/usr/bin/docker-registry");
        return File.Exists(unpacked) ? unpacked : "docker-registry";
    }

    [GeneratedRegex(@"listening on (?<address>127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}

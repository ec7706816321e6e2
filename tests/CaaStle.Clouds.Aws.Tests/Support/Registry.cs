using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>What stands behind the peer's ECR: the program of Debian's package docker-registry, which lets one user in.</summary>
internal sealed partial class Registry : IAsyncDisposable
{
    /// <summary>The user of ECR's tokens, with the password that <c>Peer/ecr_world.py</c> gives, as <c>htpasswd -nbB</c> writes it.</summary>
    private const string PasswordFile = "AWS:$2y$04$YtvA90TComOrlv/u.X7E1umJkCpuo0isLTE5qq1u0cRsMzZxWjhde\n";

    private readonly string folder = Directory.CreateTempSubdirectory("aws-registry-").FullName;
    private readonly Process process;
    private Task restOfLog = Task.CompletedTask;

    private Registry(string program)
    {
        File.WriteAllText(Path.Combine(folder, "htpasswd"), PasswordFile);
        File.WriteAllText(
            Path.Combine(folder, "config.yml"),
            $$"""
            version: 0.1
            log: { accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: "{{folder}}/images" }, delete: { enabled: true } }
            http: { addr: "127.0.0.1:0" }
            auth: { htpasswd: { realm: tests, path: "{{folder}}/htpasswd" } }
            """);
        process = Process.Start(new ProcessStartInfo(program, ["serve", Path.Combine(folder, "config.yml")]) { RedirectStandardError = true })!;
    }

    /// <summary>The program; null where it is not on this machine.</summary>
    public static string? Program { get; } = new[] { Repository.PathOf("artifacts/tools/docker-registry/usr/bin") }
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        .Select(folder => Path.Combine(folder, "docker-registry"))
        .FirstOrDefault(File.Exists);

    /// <summary>Address and port.</summary>
    public string Host { get; private set; } = "";

    public static async Task<Registry?> StartAsync()
    {
        if (Program is null)
        {
            return null;
        }

        var registry = new Registry(Program);
        var log = new StringBuilder();
        while (await registry.process.StandardError.ReadLineAsync() is { } line)
        {
            log.AppendLine(line);
            if (Listening().Match(line) is { Success: true } listening)
            {
                registry.Host = listening.Groups["address"].Value;
                registry.restOfLog = registry.process.StandardError.ReadToEndAsync();
                return registry;
            }
        }

        throw new InvalidOperationException($"The registry did not start:\n{log}");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await restOfLog;
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex(@"listening on (?<address>127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}

/// <summary>
/// A test that needs the peer, and Docker's engine with a registry to push to. Continuous integration must have the engine and the registry.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PushFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(FindObstacle);

    public PushFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = Peer.Obstacle ?? (Environment.GetEnvironmentVariable("CI") is { Length: > 0 } ? null : Obstacle.Value);

    private static string? FindObstacle()
    {
        if (Registry.Program is null)
        {
            return "There is no program docker-registry on this machine: eng/docker-registry.";
        }

        using var docker = DockerClient.Find(Environment.GetEnvironmentVariable, record: null, TimeProvider.System);
        try
        {
            docker.CheckVersionAsync(CancellationToken.None).GetAwaiter().GetResult();
            return null;
        }
        catch (CloudException e)
        {
            return e.Message;
        }
    }
}

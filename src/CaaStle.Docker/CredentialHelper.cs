using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <summary>A program <c>docker-credential-NAME</c> that keeps logins, usually in the system's keychain.</summary>
internal static class CredentialHelper
{
    private const string NotFound = "credentials not found in native keychain";

    /// <summary>What such a program gives as the name of the bearer of a token.</summary>
    private const string TokenUser = "<token>";

    /// <returns>Null when the program has no login for the registry.</returns>
    /// <remarks>Throws <see cref="CloudException"/> when it could not be asked.</remarks>
    public static async Task<RegistryLogin?> GetAsync(string name, string server, CancellationToken cancellationToken)
    {
        var program = $"docker-credential-{name}";
        var (exitCode, output, errors) = await RunAsync(program, server, cancellationToken);
        if (exitCode != 0)
        {
            var reason = (output.Trim(), errors.Trim()) switch
            {
                ("", "") => $"it ended with code {exitCode}",
                ("", var said) => said,
                (var said, _) => said,
            };
            return reason == NotFound ? null : throw NotAsked(program, reason);
        }

        // What it wrote is the login: not a word of it goes into a message.
        Answer? answer;
        try
        {
            answer = JsonSerializer.Deserialize<Answer>(output);
        }
        catch (JsonException)
        {
            answer = null;
        }

        return answer switch
        {
            { Username: TokenUser, Secret: { } token } => new(server, "", new(""), IdentityToken: new(token)),
            { Username: { } user, Secret: { } password } => new(server, user, new(password)),
            _ => throw NotAsked(program, "its answer is not JSON with Username and Secret"),
        };
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string program, string input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, ["get"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw NotAsked(program, e.Message);
        }

        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without having listened; its exit code and output tell why.
            }

            await Task.WhenAll(output, errors, process.WaitForExitAsync(cancellationToken));
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static CloudException NotAsked(string program, string reason) =>
        new(CloudFault.Refused, $"{program} cannot be asked for the login: {reason.TrimEnd('.')}.");

    private sealed class Answer
    {
        public string? Username { get; init; }

        public string? Secret { get; init; }
    }
}

using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <param name="Output">The lines of both streams.</param>
internal sealed record ExecResult(int ExitCode, IReadOnlyList<string> Output);

/// <summary>Runs commands inside of running containers.</summary>
internal static class ContainerExec
{
    public static async Task<ExecResult> ExecAsync(
        this DockerClient docker,
        string container,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, Value> variables,
        CancellationToken cancellationToken)
    {
        var exec = await docker.PostAsync<Created>(
            $"containers/{container}/exec",
            new
            {
                Cmd = command,
                Env = variables.Select(variable => $"{variable.Key}={variable.Value.Reveal()}"),
                AttachStdout = true,
                AttachStderr = true,
            },
            cancellationToken);

        var output = new List<string>();
        using (var response = await docker.OpenAsync(
            HttpMethod.Post, $"exec/{exec.Id}/start", new { Detach = false, Tty = false }, cancellationToken))
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            await foreach (var line in LogStream.ReadLinesAsync(stream, cancellationToken))
            {
                output.Add(line);
            }
        }

        var ended = await docker.GetAsync<ExecInspection>($"exec/{exec.Id}/json", cancellationToken);
        return new(
            ended.ExitCode ?? throw new CloudException(CloudFault.Busy, $"{command[0]} has not ended."),
            output);
    }
}

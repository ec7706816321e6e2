using CaaStle.Api;
using CaaStle.Cli.Commands.Container;

namespace CaaStle.Cli.Commands.Application;

/// <summary>Builds what an application's file says is to be built, as a Compose file may, each as a container of its own.</summary>
internal static class ApplicationBuilds
{
    private const string Registry = "local";

    /// <param name="path">Of the file; contexts are relative to it.</param>
    /// <returns><see cref="ExitCode.Ok"/> when everything is built, or nothing had to be.</returns>
    public static async Task<ExitCode> MakeAsync(
        Invocation invocation, string application, string definition, string path, CancellationToken cancellationToken)
    {
        // A file without the word needs no question.
        if (!definition.Contains("build", StringComparison.Ordinal))
            return ExitCode.Ok;
        var builds = await invocation.Client.ListBuildsAsync(new(application, definition, path), cancellationToken);
        foreach (var build in builds)
        {
            var exists = await ExistsAsync(invocation, build.Container, cancellationToken);
            var exit = await Build.RunAsync(
                invocation,
                Path.Combine(Path.GetDirectoryName(path) ?? "", build.Context),
                build.Dockerfile,
                (context, content) => exists
                    ? invocation.Client.UpdateContainerAsync(build.Container, context.Dockerfile, content, cancellationToken)
                    : invocation.Client.CreateContainerAsync(build.Container, Registry, context.Dockerfile, content, cancellationToken),
                cancellationToken,
                isPreparation: true);
            if (exit != ExitCode.Ok)
                return exit;
        }

        return ExitCode.Ok;
    }

    private static async Task<bool> ExistsAsync(Invocation invocation, string container, CancellationToken cancellationToken) =>
        (await invocation.Client.ListContainersAsync(new(Name: container), cancellationToken)).Any(existing => existing.Name == container);
}

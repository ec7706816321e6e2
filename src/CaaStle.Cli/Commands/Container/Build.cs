using CaaStle.Api;
using CaaStle.Cli.BuildContext;
using CaaStle.Cli.Progress;

namespace CaaStle.Cli.Commands.Container;

/// <summary>Sends a directory to be built, and follows the build.</summary>
internal static class Build
{
    public const string DefaultDockerfile = "Dockerfile";

    /// <param name="directory">Null for the one that the user is in.</param>
    /// <param name="dockerfile">Path within it.</param>
    /// <param name="start">Sends the content.</param>
    /// <param name="isPreparation">Something else is to come of it, whose outcome alone is told.</param>
    public static Task<ExitCode> RunAsync(
        Invocation invocation,
        string? directory,
        string dockerfile,
        Func<ContextDirectory, HttpContent, Task<OperationView>> start,
        CancellationToken cancellationToken,
        bool isPreparation = false)
    {
        var context = ContextDirectory.Open(invocation.Context.FullPath(directory ?? "."), dockerfile);
        var progress = new UploadProgress(invocation);
        var follower = new OperationFollower(invocation);
        return isPreparation ? follower.PrepareAsync(SendAsync, cancellationToken) : follower.RunAsync(SendAsync, cancellationToken);

        async Task<OperationView> SendAsync()
        {
            using var content = new ContextContent(context, progress.Report, cancellationToken);
            try
            {
                return await start(context, content);
            }
            finally
            {
                progress.End();
            }
        }
    }
}

using System.Text.Json;
using CaaStle.Abstractions;

namespace CaaStle.Docker.Building;

/// <summary>An image that the engine makes from a build context.</summary>
/// <param name="Tag">What the image is called, as <c>repository:tag</c>.</param>
/// <param name="ContextArchive">Path of the build context, a tar file.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context.</param>
internal sealed record ImageBuild(string Tag, string ContextArchive, string Dockerfile)
{
    /// <summary>What the engine's builder says when it needs a client that answers questions during the build, for credentials above all.</summary>
    private const string NeedsSession = "no active session";

    /// <summary>Builds, which takes long and stops when the call is abandoned.</summary>
    /// <param name="preferred">The builder that is tried first.</param>
    public async Task RunAsync(DockerClient docker, ObjectCall call, Builder preferred, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Abandoned);
        var dockerfile = await ReadDockerfileAsync(either.Token);
        if (preferred == Builder.BuildKit && dockerfile.Frontend is not null)
        {
            await PullFrontendAsync(docker, dockerfile.Frontend, call, either.Token);
        }

        foreach (var image in dockerfile.Images)
        {
            await docker.PullMissingAsync(image, call.Log, either.Token);
        }

        try
        {
            await BuildAsync(docker, call, preferred, either.Token);
        }
        catch (CloudException e) when (preferred == Builder.BuildKit && e.Message.Contains(NeedsSession, StringComparison.Ordinal))
        {
            if (dockerfile.ClientMount is { } mount)
            {
                throw new CloudException(
                    CloudFault.Refused,
                    $"The build of {Dockerfile} failed: it has a step with `RUN --mount=type={mount}`, which `cld` does not serve. "
                    + $"Change that step; or build the image with Docker, `docker build --{mount} … --tag NAME:TAG .`, and deploy it as `image: NAME:TAG`.",
                    e);
            }

            call.Log.Report("BuildKit cannot build this without a client of its own; using the classic builder.");
            await BuildAsync(docker, call, Builder.Classic, either.Token);
        }
    }

    private async Task<Dockerfile> ReadDockerfileAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(ContextArchive))
        {
            throw new CloudException(CloudFault.Refused, $"The build context {ContextArchive} is gone. Create the container again.");
        }

        var text = await Building.ContextArchive.ReadTextAsync(ContextArchive, Dockerfile, cancellationToken)
            ?? throw new CloudException(
                CloudFault.Refused,
                $"The build context has no file {Dockerfile}. Name the Dockerfile with --file, relative to the context, "
                + "and see that .dockerignore does not leave it out.");
        return Building.Dockerfile.Parse(text);
    }

    private async Task PullFrontendAsync(
        DockerClient docker, ImageReference frontend, ObjectCall call, CancellationToken cancellationToken)
    {
        try
        {
            await docker.PullMissingAsync(
                frontend, "Check its name, or leave that line out: the engine's own BuildKit reads the file then.", call.Log, cancellationToken);
        }
        catch (CloudException e) when (e.Fault == CloudFault.Refused)
        {
            throw new CloudException(
                CloudFault.Refused, $"{Dockerfile} has the line `# syntax={frontend}`, an image that BuildKit reads it with. {e.Message}", e)
            {
                Code = e.Code,
            };
        }
    }

    private async Task BuildAsync(DockerClient docker, ObjectCall call, Builder builder, CancellationToken cancellationToken)
    {
        IBuildOutput output = builder == Builder.BuildKit ? new BuildKitOutput(call.Log) : new ClassicOutput(call.Log);
        var path = DockerClient.Path(
            "build",
            ("version", builder.ToString("D")),
            ("t", Tag),
            ("dockerfile", Dockerfile),
            ("labels", JsonSerializer.Serialize(call.Marks.ToLabels())),
            ("rm", "true"),
            ("forcerm", "true"));
        // BuildKit does not look at it.
        var logins = builder == Builder.Classic
            ? RegistryLogin.ToHeader(await docker.Credentials.FindAllAsync(call.Log, cancellationToken))
            : null;
        using var content = new ContextContent(ContextArchive);
        try
        {
            await foreach (var message in docker.StreamAsync<ProgressMessage>(HttpMethod.Post, path, content, logins, cancellationToken))
            {
                output.Show(message);
                if (message.Error is { } error)
                {
                    throw new CloudException(CloudFault.Refused, error);
                }
            }
        }
        catch (CloudException e) when (e.Fault != CloudFault.Unreachable)
        {
            // What a build says once, it says again: the context is the same.
            throw new CloudException(CloudFault.Refused, $"The build of {Dockerfile} failed: {e.Message}", e)
            {
                Code = e.Code,
                LastLog = output.LastLog,
            };
        }
    }
}

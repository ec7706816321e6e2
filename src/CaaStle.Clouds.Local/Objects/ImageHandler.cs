using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Docker;
using CaaStle.Clouds.Local.Docker.Building;

namespace CaaStle.Clouds.Local.Objects;

/// <param name="preferred">The builder that is tried first.</param>
internal sealed class ImageHandler(DockerClient docker, Builder preferred = Builder.BuildKit) : CloudObjectHandler<ImageSpec, ImageState>
{
    /// <summary>What the engine's builder says when it needs a client that answers questions during the build, for credentials above all.</summary>
    private const string NeedsSession = "no active session";

    public override string Kind => "docker/image";

    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(1);

    public override async Task<Observation<ImageState>> ReadAsync(ImageSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await docker.FindImageAsync(ImageReference.Parse(spec.Tag), cancellationToken);
        if (found is null)
        {
            return Observation.Absent<ImageState>();
        }

        return call.Marks.Owns(found.Config?.Labels)
            ? Observation.Ready(new ImageState(found.Id, found.Size), "built")
            : Observation.Foreign<ImageState>($"an image named {spec.Tag} that something else made");
    }

    /// <summary>Builds, which takes long and stops when the call is abandoned.</summary>
    public override async Task CreateAsync(ImageSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Abandoned);
        var dockerfile = await ReadDockerfileAsync(spec, either.Token);
        if (preferred == Builder.BuildKit && dockerfile.Frontend is not null)
        {
            await PullFrontendAsync(dockerfile.Frontend, spec, call, either.Token);
        }

        foreach (var image in dockerfile.Images)
        {
            await docker.PullMissingAsync(image, call.Log, either.Token);
        }

        try
        {
            await BuildAsync(spec, call, preferred, either.Token);
        }
        catch (CloudException e) when (preferred == Builder.BuildKit && e.Message.Contains(NeedsSession, StringComparison.Ordinal))
        {
            if (dockerfile.ClientMount is { } mount)
            {
                throw new CloudException(
                    CloudFault.Refused,
                    $"The build of {spec.Dockerfile} failed: it has a step with `RUN --mount=type={mount}`, which `cld` does not serve. "
                    + $"Change that step; or build the image with Docker, `docker build --{mount} … --tag NAME:TAG .`, and deploy it as `image: NAME:TAG`.",
                    e);
            }

            call.Log.Report("BuildKit cannot build this without a client of its own; using the classic builder.");
            await BuildAsync(spec, call, Builder.Classic, either.Token);
        }
    }

    public override Task DeleteAsync(ImageSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        docker.DeleteAsync($"images/{ImageReference.Parse(spec.Tag)}", cancellationToken);

    private static async Task<Dockerfile> ReadDockerfileAsync(ImageSpec spec, CancellationToken cancellationToken)
    {
        if (!File.Exists(spec.ContextArchive))
        {
            throw new CloudException(CloudFault.Refused, $"The build context {spec.ContextArchive} is gone. Create the container again.");
        }

        var text = await ContextArchive.ReadTextAsync(spec.ContextArchive, spec.Dockerfile, cancellationToken)
            ?? throw new CloudException(
                CloudFault.Refused,
                $"The build context has no file {spec.Dockerfile}. Name the Dockerfile with --file, relative to the context, "
                + "and see that .dockerignore does not leave it out.");
        return Dockerfile.Parse(text);
    }

    private async Task PullFrontendAsync(ImageReference frontend, ImageSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        try
        {
            await docker.PullMissingAsync(
                frontend, "Check its name, or leave that line out: the engine's own BuildKit reads the file then.", call.Log, cancellationToken);
        }
        catch (CloudException e) when (e.Fault == CloudFault.Refused)
        {
            throw new CloudException(
                CloudFault.Refused, $"{spec.Dockerfile} has the line `# syntax={frontend}`, an image that BuildKit reads it with. {e.Message}", e)
            {
                Code = e.Code,
            };
        }
    }

    private async Task BuildAsync(ImageSpec spec, ObjectCall call, Builder builder, CancellationToken cancellationToken)
    {
        IBuildOutput output = builder == Builder.BuildKit ? new BuildKitOutput(call.Log) : new ClassicOutput(call.Log);
        var path = DockerClient.Path(
            "build",
            ("version", builder.ToString("D")),
            ("t", spec.Tag),
            ("dockerfile", spec.Dockerfile),
            ("labels", JsonSerializer.Serialize(call.Marks.ToLabels())),
            ("rm", "true"),
            ("forcerm", "true"));
        // BuildKit does not look at it.
        var logins = builder == Builder.Classic
            ? RegistryLogin.ToHeader(await docker.Credentials.FindAllAsync(call.Log, cancellationToken))
            : null;
        using var content = new ContextContent(spec.ContextArchive);
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
            throw new CloudException(CloudFault.Refused, $"The build of {spec.Dockerfile} failed: {e.Message}", e)
            {
                Code = e.Code,
                LastLog = output.LastLog,
            };
        }
    }
}

using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Docker.Building;

namespace CaaStle.Clouds.Local.Objects;

/// <param name="preferred">The builder that is tried first.</param>
internal sealed class ImageHandler(DockerClient docker, Builder preferred = Builder.BuildKit) : CloudObjectHandler<ImageSpec, ImageState>
{
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
    public override Task CreateAsync(ImageSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        new ImageBuild(spec.Tag, spec.ContextArchive, spec.Dockerfile).RunAsync(docker, call, preferred, cancellationToken);

    public override Task DeleteAsync(ImageSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        docker.DeleteAsync($"images/{ImageReference.Parse(spec.Tag)}", cancellationToken);
}

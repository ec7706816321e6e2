using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>An image that is built on this machine.</summary>
/// <param name="Tag">What the image is called, as <c>repository:tag</c>.</param>
/// <param name="ContextArchive">Path of the build context, a tar file.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context.</param>
internal sealed record ImageSpec(string Tag, string ContextArchive, string Dockerfile) : ICloudObjectSpec<ImageState>
{
    public string Identity => Tag;
}

/// <param name="Digest">Of the image's configuration, as <c>sha256:...</c>: Docker's image id.</param>
internal sealed record ImageState(string Digest, long SizeInBytes);

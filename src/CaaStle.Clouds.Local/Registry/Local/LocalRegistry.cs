using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Registry.Local;

/// <summary>Images that stay in the Docker engine that built them.</summary>
internal sealed class LocalRegistry : IRegistryType
{
    public TypeDescriptor Descriptor { get; } = new(
        "local",
        "Builds images with this machine's Docker engine, which keeps them.",
        [],
        [
            new("Image", "The name that the image is deployed by."),
            new("Digest", "The image's id: sha256 of its configuration."),
        ]);

    public void Plan(ContainerRequest request, Blueprint plan)
    {
        // Docker wants names of lower-case letters and digits, dashes only between them.
        var name = new string([.. request.Scope.Name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        var tag = request.Revision == 1 ? $"cld/{name}:{request.Scope.Id}" : $"cld/{name}:{request.Scope.Id}-{request.Revision}";
        var image = plan.Add(request.Revision == 1 ? "image" : $"r{request.Revision}/image", new ImageSpec(tag, request.ContextArchive, request.Dockerfile));
        plan.Output("Image", image, _ => tag);
        plan.Output("Digest", image, built => built.Digest);
    }
}

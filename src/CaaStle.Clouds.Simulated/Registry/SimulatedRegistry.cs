using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

internal sealed class SimulatedRegistry : IRegistryType
{
    public TypeDescriptor Descriptor { get; } = new(
        "simulated",
        "A registry that keeps names of images only.",
        [],
        [new("Image", "The reference to deploy by."), new("Digest", "Identifies the content.")]);

    public void Plan(ContainerRequest request, Blueprint plan)
    {
        var image = plan.Add($"r{request.Revision}/image", new SimulatedImage(request.Scope.ObjectName($"image-{request.Revision}")));
        plan.Output("Image", image, state => state.Name);
        plan.Output("Digest", image, state => $"simulated:{state.Name}");
    }
}

namespace CaaStle.Abstractions;

/// <param name="Scope">Names for the container's objects.</param>
/// <param name="ContextArchive">Path of the build context, a tar file that stays until the container is deleted.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context.</param>
/// <param name="Revision">
/// 1, 2, 3, ...: each build has an image of its own. Keys of what belongs to one revision alone contain it, so that the next stands beside it.
/// </param>
public sealed record ContainerRequest(Scope Scope, string ContextArchive, string Dockerfile, int Revision = 1)
{
    /// <summary>Values of the registry's options.</summary>
    public Options Options { get; init; } = new(new Dictionary<string, object>());
}

/// <summary>A type of place where built containers are kept.</summary>
public interface IRegistryType
{
    TypeDescriptor Descriptor { get; }

    /// <summary>Whether images are where they were built and nowhere else, so that nothing can get them from a registry.</summary>
    bool KeepsOnThisMachine => true;

    /// <summary>Must output <c>Image</c>, the reference to deploy by, and <c>Digest</c>.</summary>
    void Plan(ContainerRequest request, Blueprint plan);

    /// <summary>
    /// What else than the cloud stands in the way of building now, as sentences with what to do about each; empty when nothing does. Asked
    /// before an operation is accepted.
    /// </summary>
    Task<IReadOnlyList<string>> FindObstaclesAsync(ContainerRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);
}

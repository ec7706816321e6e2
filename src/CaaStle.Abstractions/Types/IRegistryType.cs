namespace CaaStle.Abstractions;

/// <param name="Scope">Names for the container's objects.</param>
/// <param name="ContextArchive">Path of the build context, a tar file that stays until the container is deleted.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context.</param>
/// <param name="Revision">
/// 1, 2, 3, ...: each build has an image of its own. Keys of what belongs to one revision alone contain it, so that the next stands beside it.
/// </param>
public sealed record ContainerRequest(Scope Scope, string ContextArchive, string Dockerfile, int Revision = 1);

/// <summary>A type of place where built containers are kept.</summary>
public interface IRegistryType
{
    TypeDescriptor Descriptor { get; }

    /// <summary>Must output <c>Image</c>, the reference to deploy by, and <c>Digest</c>.</summary>
    void Plan(ContainerRequest request, Blueprint plan);
}

namespace CaaStle.Abstractions;

/// <param name="Environment">Names for the environment's objects, which the resource's are among.</param>
/// <param name="Name">The resource's own name where the file gives one, else its type: unique among those of its type.</param>
/// <param name="IsStopped">Nothing of the resource is to run; its data stays.</param>
/// <param name="Generation">
/// How often its data has been replaced, from 1: stands in the identities of what holds data, so that the old stays until the new is ready.
/// </param>
public sealed record ResourceRequest(Scope Environment, string Name, Options Options, bool IsStopped = false, int Generation = 1)
{
    /// <summary>
    /// For names of objects: the type, followed by the resource's own name where it has one, because resources of different types may be
    /// named alike.
    /// </summary>
    public string PartName(string type) => Name == type ? type : $"{type}-{Name}";

    /// <summary>A part of a name, told from that of the resource's data before it was replaced.</summary>
    public string OfGeneration(string part) => Generation == 1 ? part : $"{part}-{Generation}";
}

/// <summary>A type of managed resource: what one of it consists of, and what it offers to applications.</summary>
public interface IResourceType
{
    TypeDescriptor Descriptor { get; }

    /// <summary>The names in <see cref="TypeDescriptor.Outputs"/> are what the blueprint must output.</summary>
    void Plan(ResourceRequest request, Blueprint plan);
}

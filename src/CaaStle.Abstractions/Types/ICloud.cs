namespace CaaStle.Abstractions;

/// <summary>What a cloud's extension is given when the server starts.</summary>
/// <param name="Clock">The only clock that it may use.</param>
/// <param name="DataFolder">A folder of its own, which exists, for what must outlive the server.</param>
/// <param name="Settings">Values of the server's configuration under <c>Clouds:{name}</c>.</param>
public sealed record CloudServices(TimeProvider Clock, string DataFolder, IReadOnlyDictionary<string, string> Settings);

/// <summary>One cloud: everything that it can make, and how each kind of object lives there.</summary>
public interface ICloud
{
    /// <summary>The word after <c>target:</c>.</summary>
    string Name { get; }

    IReadOnlyList<ICoeType> Coes { get; }

    IReadOnlyList<IResourceType> Resources { get; }

    IReadOnlyList<IRegistryType> Registries { get; }

    IReadOnlyList<ICloudObjectHandler> Handlers { get; }

    /// <summary>Whether the user has what it takes to use it at all. One that is not set up is no fault of the machine. Asks no cloud.</summary>
    bool IsSetUp => true;

    /// <summary>
    /// What stands in the way of using the cloud now, as sentences with what to do about each; empty when nothing does. Asked before an
    /// operation is accepted, so that it can be refused instead of failing half-way.
    /// </summary>
    Task<IReadOnlyList<string>> FindObstaclesAsync(CancellationToken cancellationToken);
}

/// <summary>Makes the cloud. Needs a constructor without parameters.</summary>
public interface ICloudExtension
{
    ICloud Create(CloudServices services);
}

/// <summary>
/// Marks an assembly as an extension. The server looks for it in its own folder and in <c>~/.cld/extensions</c>.
/// </summary>
/// <param name="extension">An <see cref="ICloudExtension"/>.</param>
/// <param name="contract">The contract that it was built for: <see cref="Contract"/> at that time.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class CloudExtensionAttribute(Type extension, int contract) : Attribute
{
    /// <summary>The version of the contract that this assembly describes; the server loads only extensions of the same.</summary>
    public const int CurrentContract = 1;

    public Type Extension => extension;

    public int Contract => contract;
}

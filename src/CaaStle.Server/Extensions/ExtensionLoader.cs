using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using CaaStle.Abstractions;

namespace CaaStle.Server.Extensions;

/// <summary>
/// Finds extensions by <see cref="CloudExtensionAttribute"/> and makes their clouds. One that cannot be loaded is reported and left out;
/// it never keeps the server from starting.
/// </summary>
/// <param name="services">What an extension of that name is given: <c>aws</c> for <c>CaaStle.Clouds.Aws.dll</c>.</param>
internal sealed class ExtensionLoader(Func<string, CloudServices> services)
{
    private const string ShippedPrefix = "CaaStle.Clouds.";

    private readonly List<string> failures = [];
    private readonly List<ICloud> clouds = [];

    public ExtensionReport Report => new(failures);

    public IReadOnlyList<ICloud> Clouds => clouds;

    /// <summary>Those that ship with the server, known by their files' names.</summary>
    public void LoadShipped(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $"{ShippedPrefix}*.dll").Order(StringComparer.Ordinal))
        {
            Load(file, () => Assembly.Load(new AssemblyName(Path.GetFileNameWithoutExtension(file))));
        }
    }

    /// <summary>Those that the user put below a folder; files there that are no extensions are taken for their dependencies.</summary>
    public void LoadAdded(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var files in Directory.EnumerateFiles(folder, "*.dll", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Where(IsMarked).GroupBy(file => Path.GetDirectoryName(file)))
        {
            ExtensionLoadContext? context = null;
            foreach (var file in files)
            {
                Load(file, () => (context ??= new(file)).LoadFromAssemblyPath(file));
            }
        }
    }

    private void Load(string file, Func<Assembly> load)
    {
        try
        {
            foreach (var mark in load().GetCustomAttributes<CloudExtensionAttribute>())
            {
                Add(Create(mark, NameOf(file)));
            }
        }
        catch (Exception failure)
        {
            failures.Add($"{file}: {(failure as TargetInvocationException)?.InnerException?.Message ?? failure.Message}");
        }
    }

    private ICloud Create(CloudExtensionAttribute mark, string name)
    {
        if (mark.Contract != CloudExtensionAttribute.CurrentContract)
        {
            throw new InvalidOperationException(
                $"It was built for version {mark.Contract} of the extension contract; this server has version "
                + $"{CloudExtensionAttribute.CurrentContract}. Build it against this server's CaaStle.Abstractions.");
        }

        return Activator.CreateInstance(mark.Extension) is ICloudExtension extension
            ? extension.Create(services(name))
            : throw new InvalidOperationException($"{mark.Extension} does not implement {nameof(ICloudExtension)}.");
    }

    private void Add(ICloud cloud)
    {
        if (clouds.Any(other => other.Name == cloud.Name))
        {
            throw new InvalidOperationException($"There is a cloud named '{cloud.Name}' already.");
        }

        clouds.Add(cloud);
    }

    private static string NameOf(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        return (name.StartsWith(ShippedPrefix, StringComparison.Ordinal) ? name[ShippedPrefix.Length..] : name).ToLowerInvariant();
    }

    /// <summary>Looks for the mark without loading the assembly. A file that cannot be read is reported.</summary>
    private bool IsMarked(string file)
    {
        try
        {
            using var image = new PEReader(File.OpenRead(file));
            if (!image.HasMetadata)
            {
                return false;
            }

            var metadata = image.GetMetadataReader();
            return metadata.IsAssembly && metadata.GetAssemblyDefinition().GetCustomAttributes().Any(handle => IsMark(metadata, handle));
        }
        catch (Exception failure) when (failure is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            failures.Add($"{file}: {failure.Message}");
            return false;
        }
    }

    private static bool IsMark(MetadataReader metadata, CustomAttributeHandle handle)
    {
        var constructor = metadata.GetCustomAttribute(handle).Constructor;
        return constructor.Kind == HandleKind.MemberReference
            && metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent is { Kind: HandleKind.TypeReference } parent
            && metadata.StringComparer.Equals(
                metadata.GetTypeReference((TypeReferenceHandle)parent).Name, nameof(CloudExtensionAttribute));
    }
}

using System.Reflection;
using System.Runtime.Loader;
using CaaStle.Abstractions;

namespace CaaStle.Server.Extensions;

/// <summary>
/// Loads the extensions of one folder with their own dependencies, from what the extension's build says or from beside it. The contract
/// and the framework are the server's, so that their types are the same on both sides.
/// </summary>
internal sealed class ExtensionLoadContext(string mainFile) : AssemblyLoadContext(mainFile)
{
    private static readonly string Contract = typeof(ICloud).Assembly.GetName().Name!;

    private readonly AssemblyDependencyResolver resolver = new(mainFile);
    private readonly string folder = Path.GetDirectoryName(mainFile)!;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Contract)
        {
            return null;
        }

        var beside = Path.Combine(folder, $"{assemblyName.Name}.dll");
        var path = resolver.ResolveAssemblyToPath(assemblyName) ?? (File.Exists(beside) ? beside : null);
        return path is null ? null : LoadFromAssemblyPath(path);
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}

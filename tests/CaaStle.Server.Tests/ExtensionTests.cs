using System.Reflection;
using System.Reflection.Emit;
using CaaStle.Abstractions;
using CaaStle.Server.Extensions;
using CaaStle.Server.Tests.Fakes;

namespace CaaStle.Server.Tests;

public sealed class ExtensionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("server-tests-").FullName;

    [Fact]
    public void An_extension_in_the_users_folder_is_loaded_with_what_is_meant_for_it()
    {
        Build("acme/AcmeCloud", CloudExtensionAttribute.CurrentContract);
        var asked = new List<string>();
        var loader = Load(asked);
        Assert.Empty(loader.Report.Failures);
        Assert.Equal("fake", Assert.Single(loader.Clouds).Name);
        Assert.Equal(["acmecloud"], asked);
    }

    [Fact]
    public void One_for_another_contract_or_without_the_interface_or_damaged_is_reported_and_others_are_loaded()
    {
        Build("a/Older", contract: 0);
        Build("b/Good", CloudExtensionAttribute.CurrentContract);
        Build("c/Second", CloudExtensionAttribute.CurrentContract);
        Build("d/NoExtension", CloudExtensionAttribute.CurrentContract, implements: false);
        Directory.CreateDirectory(Path.Combine(folder, "e"));
        File.WriteAllText(Path.Combine(folder, "e/Damaged.dll"), "MZ no assembly");
        File.Copy(typeof(FactAttribute).Assembly.Location, Path.Combine(folder, "b/dependency.dll"));
        var loader = Load();
        Assert.Single(loader.Clouds);
        Assert.Collection(
            loader.Report.Failures.Order(StringComparer.Ordinal),
            older => Assert.Contains("a/Older.dll: It was built for version 0 of the extension contract", older, StringComparison.Ordinal),
            second => Assert.Contains("c/Second.dll: There is a cloud named 'fake' already", second, StringComparison.Ordinal),
            none => Assert.Contains("d/NoExtension.dll: Extension does not implement ICloudExtension", none, StringComparison.Ordinal),
            damaged => Assert.Contains("e/Damaged.dll: ", damaged, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_the_folder_there_are_none()
    {
        Directory.Delete(folder);
        Assert.Empty(Load().Clouds);
        Directory.CreateDirectory(folder);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ExtensionLoader Load(List<string>? asked = null)
    {
        var loader = new ExtensionLoader(name =>
        {
            asked?.Add(name);
            return new(TimeProvider.System, folder, new Dictionary<string, string>());
        });
        loader.LoadAdded(folder);
        return loader;
    }

    /// <summary>Compiles an assembly whose extension returns a <see cref="FakeCloud"/>.</summary>
    private void Build(string path, int contract, bool implements = true)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(Path.GetFileName(path)), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule("module").DefineType("Extension", TypeAttributes.Public | TypeAttributes.Class);
        if (implements)
        {
            type.AddInterfaceImplementation(typeof(ICloudExtension));
            var create = type.DefineMethod(
                nameof(ICloudExtension.Create), MethodAttributes.Public | MethodAttributes.Virtual, typeof(ICloud), [typeof(CloudServices)]);
            create.GetILGenerator().Emit(OpCodes.Newobj, typeof(FakeCloud).GetConstructor([])!);
            create.GetILGenerator().Emit(OpCodes.Ret);
        }

        type.CreateType();
        assembly.SetCustomAttribute(new CustomAttributeBuilder(
            typeof(CloudExtensionAttribute).GetConstructors().Single(), [type, contract]));
        var file = Path.Combine(folder, $"{path}.dll");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        assembly.Save(file);
    }
}

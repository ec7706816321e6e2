using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Definitions;

/// <summary>What holds between the parts of an environment file, and the definition made of them.</summary>
internal static class EnvironmentParts
{
    public static void Check(YamlMapping root, ICloudCatalog catalog, ShapeChecker checker)
    {
        var path = $"{EnvironmentGrammar.RootKey}.resources";
        var target = Target(root);
        foreach (var (cloud, list) in (root.FindPath(path) as YamlMapping)?.Entries ?? [])
        {
            var known = catalog.Clouds.Any(each => each.Name == target) && catalog.Clouds.Any(each => each.Name == cloud.Text);
            if (known && cloud.Text != target)
            {
                checker.Report(
                    cloud.Position, $"{path}.{cloud.Text}", $"resources on {cloud.Text} in an environment whose target is {target}", target);
            }

            CheckNames(list, $"{path}.{cloud.Text}", checker);
        }
    }

    public static EnvironmentDefinition Read(YamlMapping root, ICloudCatalog catalog)
    {
        var cloud = catalog.Clouds.Single(each => each.Name == Target(root));
        var deployment = (YamlMapping)root.FindPath($"{EnvironmentGrammar.RootKey}.app_deployment")!;
        var type = deployment.FindText("type") ?? cloud.Coes.Single().Descriptor.Type;
        var coe = cloud.Coes.Single(each => each.Descriptor.Type == type).Descriptor;
        var list = root.FindPath($"{EnvironmentGrammar.RootKey}.resources.{cloud.Name}") as YamlList;
        return new(cloud.Name, type, OptionReader.Read(deployment, coe), [.. (list?.Items ?? []).Select(item => ReadResource(Unwrap(item)!, cloud))]);
    }

    private static ResourceDefinition ReadResource(YamlMapping mapping, ICloud cloud)
    {
        var type = mapping.FindText("type")!;
        var descriptor = cloud.Resources.Single(each => each.Descriptor.Type == type).Descriptor;
        return new(type, mapping.FindText("name") ?? type, OptionReader.Read(mapping, descriptor));
    }

    private static void CheckNames(YamlNode list, string path, ShapeChecker checker)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var (item, index) in ((list as YamlList)?.Items ?? []).Select((item, index) => (Unwrap(item), index)))
        {
            if (item?.FindText("type") is { } type && !seen.Add((type, item.FindText("name") ?? type)))
            {
                var name = item.FindText("name");
                var message = name is null ? $"another {type} without a name" : $"another {type} named '{name}'";
                checker.Report((item.Find("name") ?? item).Position, $"{path}[{index}]", message, "a name that no other of the type has");
            }
        }
    }

    private static string? Target(YamlMapping root) =>
        (root.FindPath($"{EnvironmentGrammar.RootKey}.app_deployment.target") as YamlScalar)?.Text;

    private static YamlMapping? Unwrap(YamlNode item) =>
        item is YamlMapping mapping ? mapping.Find(EnvironmentGrammar.WrapperKey) as YamlMapping ?? mapping : null;
}

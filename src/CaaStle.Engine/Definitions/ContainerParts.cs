using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <param name="Item">What says it in a list.</param>
internal sealed record PlacedMount(VolumeMount Mount, YamlNode Item, int Index);

/// <summary>How commands, dependencies, variables and volumes are read in every kind of application file.</summary>
internal static class ContainerParts
{
    /// <summary>A list of words, or one text that is split as a shell would; none for nothing.</summary>
    public static IReadOnlyList<string> Words(YamlNode? node, string path, ShapeChecker checker)
    {
        switch (node)
        {
            case YamlScalar line when ShellWords.Split(line.Text) is { Count: > 0 } words:
                return words;
            case YamlScalar line:
                checker.Report(line.Position, path, "a quote is not closed, or there is no word", "words as for a shell, or a list");
                return [];
            default:
                return Texts(node);
        }
    }

    public static IReadOnlyList<string> Texts(YamlNode? list) =>
        list is YamlList { Items: var items } ? [.. items.OfType<YamlScalar>().Select(item => item.Text)] : [];

    public static IReadOnlyList<Dependency> Dependencies(YamlNode? list, string path) =>
        [.. ((list as YamlList)?.Items ?? [])
            .Select((item, index) => item is YamlScalar name ? new Dependency(name.Text, name.Position, $"{path}[{index}]") : null)
            .OfType<Dependency>()];

    /// <summary>Variables of a mapping, with where each value begins.</summary>
    public static (Dictionary<string, string> Values, Dictionary<string, SourcePosition> Positions) Variables(YamlNode? mapping)
    {
        var entries = ((mapping as YamlMapping)?.Entries ?? [])
            .Where(entry => entry.Value is YamlScalar)
            .DistinctBy(entry => entry.Key.Text)
            .ToList();
        return (
            entries.ToDictionary(entry => entry.Key.Text, entry => ((YamlScalar)entry.Value).Text),
            entries.ToDictionary(entry => entry.Key.Text, entry => entry.Value.Position));
    }

    /// <summary>The volumes of one container; no two may have the name or the path in common.</summary>
    public static IReadOnlyList<VolumeMount> Volumes(IReadOnlyList<PlacedMount> mounts, string path, ShapeChecker checker)
    {
        var (names, paths) = (new HashSet<string>(), new HashSet<string>());
        foreach (var (mount, item, index) in mounts)
        {
            if (!(names.Add(mount.Name) & paths.Add(mount.MountPath.TrimEnd('/'))))
            {
                checker.Report(
                    item.Position, $"{path}[{index}]", $"the name '{mount.Name}' or the path {mount.MountPath} is there already", "others");
            }
        }

        return [.. mounts.Select(placed => placed.Mount)];
    }
}

using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions.Compose;

/// <summary>The named volumes of a Compose file. Ours have no upper case, <c>_</c> and <c>.</c> in their names.</summary>
internal sealed class ComposeVolumes
{
    private readonly ShapeChecker checker;
    private readonly List<string> declared = [];

    public ComposeVolumes(YamlMapping root, ShapeChecker checker)
    {
        this.checker = checker;
        foreach (var key in ((root.Find("volumes") as YamlMapping)?.Entries ?? []).Select(entry => entry.Key))
        {
            if (declared.Find(name => name != key.Text && Convert(name) == Convert(key.Text)) is { } same)
            {
                checker.Report(
                    key.Position, $"volumes.{key.Text}", $"the volumes '{same}' and '{key.Text}' would both be named {Convert(key.Text)}", "names that differ more");
            }

            declared.Add(key.Text);
        }
    }

    public IReadOnlyList<VolumeMount> Read(ComposeService service)
    {
        var mounts = new List<PlacedMount>();
        var path = $"{service.Path}.volumes";
        foreach (var (item, index) in ((service.Mapping.Find("volumes") as YamlList)?.Items ?? []).Select((item, index) => (item, index)))
        {
            if (ReadMount(item, $"{path}[{index}]") is { } mount)
            {
                mounts.Add(new(mount with { Name = Convert(mount.Name) }, item, index));
            }
        }

        return ContainerParts.Volumes(mounts, path, checker);
    }

    private VolumeMount? ReadMount(YamlNode item, string path)
    {
        if (item is YamlMapping mapping)
        {
            var isVolume = mapping.FindText("type") == "volume";
            return isVolume && mapping.Find("source") is YamlScalar source && mapping.FindText("target") is { } target && IsDeclared(source, source.Text, path)
                ? new(source.Text, target)
                : null;
        }

        if (item is not YamlScalar { IsNull: false } scalar)
        {
            return null;
        }

        var parts = scalar.Text.Split(':');
        if (parts.Length == 1)
        {
            checker.Report(item.Position, path, $"{item.Description} is a volume without a name, which is not supported", "name:/path");
            return null;
        }

        if (parts[0].Length < 2 || parts[0].AsSpan().ContainsAny("/\\~") || parts[0][0] == '.')
        {
            checker.Report(
                item.Position,
                path,
                $"{item.Description} mounts a path of your machine, which is not supported",
                "a named volume, or an image that has the files in it");
            return null;
        }

        if (parts is not ([_, _] or [_, _, "rw"]) || !ApplicationGrammar.MountPath.Accepts(parts[1]))
        {
            checker.Report(item.Position, path, $"{item.Description} is not allowed here", "name:/path, without options");
            return null;
        }

        return IsDeclared(scalar, parts[0], path) ? new(parts[0], parts[1]) : null;
    }

    private bool IsDeclared(YamlScalar place, string name, string path)
    {
        if (declared.Contains(name))
        {
            return true;
        }

        checker.Report(
            place.Position,
            path,
            $"the volume '{name}' is not declared",
            declared.Count == 0 ? $"'{name}:' under volumes, beside services" : TextShape.OneOf(declared),
            NearestWord.Find(name, declared));
        return false;
    }

    private static string Convert(string name) => name.ToLowerInvariant().Replace('_', '-').Replace('.', '-');
}

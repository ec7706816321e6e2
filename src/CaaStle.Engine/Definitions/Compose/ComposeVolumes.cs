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
            var name = Convert(key.Text);
            if (declared.Find(other => other != key.Text && Convert(other) == name) is { } same)
            {
                var message = $"the volumes '{same}' and '{key.Text}' would both be named {name}";
                checker.Report(key.Position, $"volumes.{key.Text}", message, "names that differ more");
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
        if (item is YamlScalar { IsNull: false } scalar)
        {
            return ReadShort(scalar, path);
        }

        var mapping = item as YamlMapping;
        return mapping?.FindText("type") == "volume"
            && mapping.Find("source") is YamlScalar source
            && mapping.FindText("target") is { } target
            && IsDeclared(source, source.Text, path) ? new(source.Text, target) : null;
    }

    private VolumeMount? ReadShort(YamlScalar item, string path)
    {
        switch (item.Text.Split(':'))
        {
            case [_]:
                checker.Report(item.Position, path, $"{item.Description} is a volume without a name, which is not supported", "name:/path");
                return null;
            case [var source, ..] when IsPath(source):
                checker.Report(
                    item.Position,
                    path,
                    $"{item.Description} mounts a path of your machine, which is not supported",
                    "a named volume, or an image that has the files in it");
                return null;
            case [var name, var target, .. var options] when (options is [] or ["rw"]) && ApplicationGrammar.MountPath.Accepts(target):
                return IsDeclared(item, name, path) ? new(name, target) : null;
            default:
                checker.Report(item.Position, path, $"{item.Description} is not allowed here", "name:/path, without options");
                return null;
        }
    }

    /// <summary>As Compose tells: a single letter is a drive of Windows.</summary>
    private static bool IsPath(string source) => source.Length < 2 || source[0] == '.' || source.AsSpan().ContainsAny('/', '\\', '~');

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

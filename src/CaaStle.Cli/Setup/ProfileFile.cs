namespace CaaStle.Cli.Setup;

/// <summary>
/// One of the files in <c>~/.aws</c>: sections with keys. Changes what it is told to, and leaves every other line as it is. Only its owner
/// can read it.
/// </summary>
internal sealed class ProfileFile(string name)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    private readonly List<string> lines = File.Exists(name) ? [.. File.ReadLines(name)] : [];

    public string? Find(string section, string key)
    {
        var (first, end) = Bounds(section);
        return Enumerable.Range(first, end - first).Where(index => KeyOf(lines[index]) == key)
            .Select(index => lines[index][(lines[index].IndexOf('=') + 1)..].Trim()).FirstOrDefault();
    }

    public void Set(string section, string key, string value)
    {
        var (first, end) = Bounds(section);
        if (first == 0)
        {
            if (lines.Count > 0 && lines[^1].Length > 0)
                lines.Add("");
            lines.Add($"[{section}]");
            first = end = lines.Count;
        }

        var known = Enumerable.Range(first, end - first).Where(index => KeyOf(lines[index]) == key).ToList();
        if (known is [var index, ..])
        {
            lines[index] = $"{key} = {value}";
            return;
        }

        while (end > first && lines[end - 1].Trim().Length == 0)
            end--;
        lines.Insert(end, $"{key} = {value}");
    }

    public void Save()
    {
        // A link stays one: what it points to is written.
        var path = new FileInfo(name).LinkTarget is null ? name : File.ResolveLinkTarget(name, returnFinalTarget: true)!.FullName;
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, PrivateFolder);
        }

        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Private;
        var next = $"{path}.{Environment.ProcessId}";
        using (var writer = new StreamWriter(next, options))
        {
            foreach (var line in lines)
                writer.Write($"{line}\n");
        }

        File.Move(next, path, overwrite: true);
    }

    /// <returns>The first line after the section's heading, and that after its last; 0 and 0 when there is no such section.</returns>
    private (int First, int End) Bounds(string section)
    {
        var heading = lines.FindIndex(line => Heading(line) == section);
        if (heading < 0)
            return (0, 0);
        var next = lines.FindIndex(heading + 1, line => Heading(line) is not null);
        return (heading + 1, next < 0 ? lines.Count : next);
    }

    private static string? Heading(string line) => line.Trim() is ['[', .. var name, ']'] ? name.Trim() : null;

    /// <summary>Of a line that is not part of a nested value, which is indented.</summary>
    private static string? KeyOf(string line) =>
        line.Length > 0 && !char.IsWhiteSpace(line[0]) && line.IndexOf('=') is > 0 and var sign ? line[..sign].Trim() : null;
}

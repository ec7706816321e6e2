using System.Formats.Tar;

namespace CaaStle.Docker.Building;

/// <summary>The tar file with what a build may use.</summary>
internal static class ContextArchive
{
    /// <returns>The file's text; null when the archive has no such file.</returns>
    public static async Task<string?> ReadTextAsync(string archive, string path, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(archive);
        await using var reader = new TarReader(stream);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.DataStream is not null && Normalize(entry.Name) == Normalize(path))
            {
                using var text = new StreamReader(entry.DataStream);
                return await text.ReadToEndAsync(cancellationToken);
            }
        }

        return null;
    }

    private static string Normalize(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
}

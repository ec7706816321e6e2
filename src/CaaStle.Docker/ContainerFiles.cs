using System.Formats.Tar;
using System.Text;
using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <summary>Reads and writes files of containers, whether they run or not.</summary>
internal static class ContainerFiles
{
    /// <returns>The file's text; null when there is no such file, or no such container.</returns>
    public static async Task<string?> FindFileAsync(
        this DockerClient docker, string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await docker.OpenAsync(
                HttpMethod.Get, DockerClient.Path($"containers/{container}/archive", ("path", path)), body: null, cancellationToken);
            await using var archive = new TarReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            if ((await archive.GetNextEntryAsync(copyData: false, cancellationToken))?.DataStream is not { } content)
            {
                return null;
            }

            using var reader = new StreamReader(content);
            return await reader.ReadToEndAsync(cancellationToken);
        }
        catch (CloudException e) when (e.Code == "404")
        {
            return null;
        }
    }

    /// <param name="files">Texts by absolute path, in folders that exist.</param>
    public static async Task WriteFilesAsync(
        this DockerClient docker, string container, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await using (var archive = new TarWriter(buffer, leaveOpen: true))
        {
            foreach (var (path, text) in files)
            {
                var entry = new UstarTarEntry(TarEntryType.RegularFile, path.TrimStart('/'))
                {
                    Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                };
                await archive.WriteEntryAsync(entry, cancellationToken);
            }
        }

        using var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new("application/x-tar");
        await docker.PutAsync(DockerClient.Path($"containers/{container}/archive", ("path", "/")), content, cancellationToken);
    }
}

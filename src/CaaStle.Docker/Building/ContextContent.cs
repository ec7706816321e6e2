using System.Formats.Tar;
using System.Net;

namespace CaaStle.Docker.Building;

/// <summary>A build context as the body of a request.</summary>
/// <param name="archive">Path of a tar file.</param>
internal sealed class ContextContent : HttpContent
{
    private const int HeaderLength = 512;

    private readonly string archive;

    public ContextContent(string archive)
    {
        this.archive = archive;
        Headers.ContentType = new("application/x-tar");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(FolderHeader());
        await using var file = File.OpenRead(archive);
        await file.CopyToAsync(stream);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = HeaderLength + new FileInfo(archive).Length;
        return true;
    }

    /// <summary>
    /// An entry for the context's own folder, in the oldest format. Older BuildKits tell an archive from a plain Dockerfile by its first
    /// entry, and do not know one that begins with an extended header.
    /// </summary>
    private static ReadOnlyMemory<byte> FolderHeader()
    {
        using var header = new MemoryStream();
        using (var writer = new TarWriter(header, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "./")
            {
                Mode = (UnixFileMode)0b111_101_101,
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }

        return header.GetBuffer().AsMemory(0, HeaderLength);
    }
}

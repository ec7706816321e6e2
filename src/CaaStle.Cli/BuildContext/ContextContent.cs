using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using CaaStle.Api;

namespace CaaStle.Cli.BuildContext;

/// <summary>A build context as the body of a request: a tar that is made while it is sent.</summary>
internal sealed class ContextContent : HttpContent
{
    private readonly ContextDirectory context;
    private readonly Action<long> report;
    private readonly CancellationToken cancellation;

    /// <param name="report">Is told how many bytes of files have been sent.</param>
    public ContextContent(ContextDirectory context, Action<long> report, CancellationToken cancellation)
    {
        this.context = context;
        this.report = report;
        this.cancellation = cancellation;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? transport) =>
        SerializeToStreamAsync(stream, transport, cancellation);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? transport, CancellationToken cancellationToken)
    {
        long sent = 0;
        await using var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var (path, entry) in context.Entries())
        {
            var created = CreateEntry(path, entry);

            // What has no length is not opened: it may be a pipe, which would wait for a writer.
            await using var data = entry is FileInfo { Length: > 0 } && created.EntryType == TarEntryType.RegularFile ? Open(path, entry) : null;
            if (data is not null)
                created.DataStream = data;
            await tar.WriteEntryAsync(created, cancellationToken);
            sent += data?.Length ?? 0;
            report(sent);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static PaxTarEntry CreateEntry(string path, FileSystemInfo entry)
    {
        var type = entry.LinkTarget is not null ? TarEntryType.SymbolicLink
            : entry is DirectoryInfo ? TarEntryType.Directory
            : TarEntryType.RegularFile;
        var created = new PaxTarEntry(type, type == TarEntryType.Directory ? path + "/" : path)
        {
            ModificationTime = new DateTimeOffset(entry.LastWriteTimeUtc),
        };
        if (type == TarEntryType.SymbolicLink)
            created.LinkName = entry.LinkTarget!;
        else if (!OperatingSystem.IsWindows())
            created.Mode = entry.UnixFileMode;
        return created;
    }

    private static FileStream Open(string path, FileSystemInfo entry)
    {
        try
        {
            return new FileStream(
                entry.FullName,
                new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LocalProblems.Create(
                LocalProblems.FileNotReadable,
                $"{path} in the build context cannot be read.",
                e.Message,
                $"echo '{path}' >> .dockerignore");
        }
    }
}

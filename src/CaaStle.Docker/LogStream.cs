using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace CaaStle.Docker;

/// <summary>
/// Splits what Docker writes for a container without a terminal into lines: frames of an eight-byte header (stream, three zeros,
/// big-endian length) and payload, of standard output (1) and error (2) interleaved.
/// </summary>
internal static class LogStream
{
    private const int HeaderLength = 8;
    private const int LongestFrame = 64 * 1024 * 1024;

    public static async IAsyncEnumerable<string> ReadLinesAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        var unfinished = new Dictionary<byte, List<byte>>();
        while (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken) == HeaderLength)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
            if (length is < 0 or > LongestFrame)
            {
                throw new InvalidDataException($"Docker's log stream has a frame of {length} bytes.");
            }

            var payload = new byte[length];
            await stream.ReadExactlyAsync(payload, cancellationToken);
            if (!unfinished.TryGetValue(header[0], out var line))
            {
                unfinished[header[0]] = line = [];
            }

            foreach (var part in payload)
            {
                if (part != '\n')
                {
                    line.Add(part);
                    continue;
                }

                yield return Text(line);
                line.Clear();
            }
        }

        foreach (var line in unfinished.Values.Where(line => line.Count > 0))
        {
            yield return Text(line);
        }
    }

    /// <summary>A line that begins with the moment when it was written.</summary>
    public static (DateTimeOffset? At, string Text) SplitTimestamp(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var stamp = space < 0 ? line : line[..space];
        return DateTimeOffset.TryParse(stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? (at, space < 0 ? "" : line[(space + 1)..])
            : (null, line);
    }

    private static string Text(List<byte> line) => Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
}

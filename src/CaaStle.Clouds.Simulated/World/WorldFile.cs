using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CaaStle.Clouds.Simulated;

/// <summary>
/// Keeps a world as lines, one for each change of an object, so that it outlives every process and several can use it at once: whoever is
/// about to change it has the turn, and has read what others have written. A line that was not finished was not written.
/// </summary>
#pragma warning disable CA1001 // It is in use as long as the process lives.
internal sealed class WorldFile(string path, TimeProvider clock)
#pragma warning restore CA1001
{
    /// <summary>Tells one filling of the file from the next.</summary>
    private const int HeaderLength = 20;
    private const int LargeEnough = 64 * 1024;
    private static readonly TimeSpan AskForTurnEvery = TimeSpan.FromMilliseconds(2);

    private readonly SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
    private readonly SemaphoreSlim turn = new(1);
    private readonly SemaphoreSlim flush = new(1);
    private string header = "";
    private long end;
    private long durable;

    /// <summary>Waits until nobody else is changing the world. Disposing what it gives ends the turn.</summary>
    public async Task<IDisposable> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                try
                {
                    return new Turn(File.OpenHandle(path + ".turn", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), turn);
                }
                catch (IOException) when (File.Exists(path + ".turn"))
                {
                    await Task.Delay(AskForTurnEvery, clock, cancellationToken);
                }
            }
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    /// <param name="restart">Told when the file was begun anew: nothing that was read before holds.</param>
    /// <param name="change">Told of each change that was not read yet.</param>
    public void ReadOn(Action restart, Action<WorldObject> change)
    {
        var length = RandomAccess.GetLength(file);
        var found = ReadText(0, (int)Math.Min(length, HeaderLength));
        if (found != header)
        {
            restart();
            (header, end, durable) = found.Length == HeaderLength ? (found, HeaderLength, 0L) : ("", 0L, 0L);
        }

        if (header.Length == 0 || length <= end)
        {
            return;
        }

        var text = ReadText(end, (int)(length - end));
        var complete = text.LastIndexOf('\n') + 1;
        foreach (var line in text[..complete].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            change(JsonSerializer.Deserialize<WorldObject>(line)!);
        }

        end += Encoding.UTF8.GetByteCount(text.AsSpan(0, complete));
    }

    /// <summary>Only by whoever has the turn.</summary>
    /// <param name="isOnly">Nothing else is in the world, so that all earlier lines may go.</param>
    public void Write(WorldObject item, bool isOnly)
    {
        if (header.Length == 0 || (isOnly && end > LargeEnough))
        {
            RandomAccess.SetLength(file, 0);
            header = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().Ticks,HeaderLength - 1}\n");
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(header), 0);
            (end, durable) = (HeaderLength, 0);
        }

        // What a process wrote that died in the middle of it.
        RandomAccess.SetLength(file, end);
        var line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(item) + "\n");
        RandomAccess.Write(file, line, end);
        end += line.Length;
    }

    /// <summary>Returns when the disk has all that was written so far. Many who wait share one wait for the disk.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var written = end;
        await flush.WaitAsync(cancellationToken);
        try
        {
            if (durable < written)
            {
                var upTo = end;
                await Task.Run(() => RandomAccess.FlushToDisk(file), cancellationToken);
                durable = upTo;
            }
        }
        finally
        {
            flush.Release();
        }
    }

    private string ReadText(long from, int length)
    {
        var bytes = new byte[length];
        var read = RandomAccess.Read(file, bytes, from);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }

    private sealed class Turn(SafeFileHandle taken, SemaphoreSlim turn) : IDisposable
    {
        public void Dispose()
        {
            taken.Dispose();
            turn.Release();
        }
    }
}

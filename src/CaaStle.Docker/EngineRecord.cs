using System.Text;

namespace CaaStle.Docker;

/// <summary>
/// Remembers the engine in which this installation made its first object. In any other, what was made would read as absent, and would be
/// taken for deleted.
/// </summary>
/// <param name="file">Holds the engine's address.</param>
internal sealed class EngineRecord(string file)
{
    private readonly Lock writing = new();
    private bool isWritten;

    /// <returns>The configured engine where it may be the remembered one; else one that cannot be used, with the reason.</returns>
    public DockerEndpoint Check(DockerEndpoint configured)
    {
        if (configured.Problem is not null || !File.Exists(file) || File.ReadAllText(file).Trim() is not { Length: > 0 } remembered)
        {
            return configured;
        }

        isWritten = true;
        if (configured.Sockets.Contains(remembered))
        {
            return configured with { Sockets = [remembered] };
        }

        return configured.Address == remembered
            ? configured
            : DockerEndpoint.Unusable(
                configured.Name,
                $"What this server has made is in Docker's engine at {remembered}, but now the engine at {configured.Address} is configured. "
                + $"Configure the former again, or delete {file} if nothing is left there");
    }

    /// <summary>To be called before a request that can make something.</summary>
    /// <returns>The engine, from now on that one alone.</returns>
    public DockerEndpoint Write(DockerEndpoint used)
    {
        lock (writing)
        {
            if (!isWritten)
            {
                using var stream = new FileStream(file, FileMode.Create);
                stream.Write(Encoding.UTF8.GetBytes(used.Address));
                stream.Flush(flushToDisk: true);
                isWritten = true;
            }
        }

        return used.Sockets.Count > 1 ? used with { Sockets = [used.Socket] } : used;
    }
}

using System.Text.Json;
using CaaStle.Api;

namespace CaaStle.Cli.Connection;

/// <summary>The files by which a server is found.</summary>
internal sealed class ServerHome(string path)
{
    public string Path => path;

    public string AddressFile => System.IO.Path.Combine(path, "server.json");

    public string TokenFile => System.IO.Path.Combine(path, "token");

    public string LogFile => System.IO.Path.Combine(path, "logs", "server.log");

    /// <returns>Null when no server has left its address.</returns>
    public ServerAddress? ReadAddress()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(AddressFile), ApiJson.Default.ServerAddress);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotReadable(AddressFile, e);
        }
    }

    /// <returns>Null when there is none yet.</returns>
    public string? ReadToken()
    {
        try
        {
            return File.ReadAllText(TokenFile).Trim();
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotReadable(TokenFile, e);
        }
    }

    /// <summary>The last lines that the server wrote, oldest first.</summary>
    public IReadOnlyList<string> ReadLogTail(int lines)
    {
        try
        {
            return [.. File.ReadLines(LogFile).TakeLast(lines)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static ProblemException NotReadable(string file, UnauthorizedAccessException cause) => LocalProblems.Create(
        ProblemCodes.Forbidden, $"{file} cannot be read: it belongs to another user.", cause.Message, "export CLD_HOME=DIRECTORY");
}

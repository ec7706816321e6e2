using System.Security.Cryptography;
using System.Text;

namespace CaaStle.Server.Hosting;

/// <summary>The folder in which the server keeps everything. Nobody but its user may write or read there.</summary>
internal sealed record ServerHome
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private ServerHome(string path) => (Path, KeysFolder) = (path, System.IO.Path.Combine(path, "keys"));

    public string Path { get; }

    public string TokenFile => Within("token");

    public string AddressFile => Within("server.json");

    public string LockFile => Within("server.lock");

    public string SettingsFile => Within("settings.json");

    /// <summary>In the home, unless the servers of a team share one.</summary>
    public string KeysFolder { get; init; }

    public string ExtensionsFolder => Within("extensions");

    public string StoreFile => Within("data/deployments/cld.sqlite");

    public string ContainersFolder => Within("data/deployments/containers");

    /// <summary>Creates the folder where it is missing. Throws <see cref="StartRefusedException"/> when it is not safe to keep secrets in.</summary>
    public static ServerHome Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full, Private);
            RefuseWhenShared(full);
            File.SetUnixFileMode(full, Private);
            var home = new ServerHome(full);
            CreateFolder(System.IO.Path.GetDirectoryName(home.StoreFile)!);
            return home;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The home {full} cannot be used: {failure.Message}\nGive another one with --home DIR or CLD_HOME.", failure);
        }
    }

    /// <summary><c>--home</c>, else <c>CLD_HOME</c>, else <c>~/.cld</c>.</summary>
    public static string DefaultPath()
    {
        if (Environment.GetEnvironmentVariable("CLD_HOME") is { Length: > 0 } given)
        {
            return given;
        }

        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return user.Length > 0
            ? System.IO.Path.Combine(user, ".cld")
            : throw new StartRefusedException("There is no home directory (HOME is not set). Say where to keep the server's files with --home DIR or CLD_HOME.");
    }

    /// <summary>Tells the server of this home from all others, a copy of the home on another machine included.</summary>
    public string Identify()
    {
        var known = $"{Environment.MachineName}\n{Path}\n{File.ReadAllText(TokenFile)}";
        return $"{Environment.MachineName} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(known)))[..16]}";
    }

    /// <summary>A folder of a cloud's own, created.</summary>
    public string CloudFolder(string cloud) => CreateFolder(Within($"data/clouds/{cloud}"));

    public static string CreateFolder(string path)
    {
        Directory.CreateDirectory(path, Private);
        return path;
    }

    /// <summary>Replaces a file as a whole, readable by its user only: who reads it sees the old text or the new one.</summary>
    public static void WritePrivately(string path, string text)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var writer = new StreamWriter(temporary, options))
        {
            writer.Write(text);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static void RefuseWhenShared(string path)
    {
        if (Native.OwnerOf(path) is { } owner && owner != Native.UserId())
        {
            throw new StartRefusedException(
                $"The home {path} belongs to another user (id {owner}; the server runs as {Native.UserId()}). "
                + "Start the server as that user, or give another home with --home DIR or CLD_HOME.");
        }

        if ((File.GetUnixFileMode(path) & WritableByOthers) != 0)
        {
            throw new StartRefusedException(
                $"Other users may write to the home {path}, so its token and keys are not safe.\nCheck what is in it, then type: chmod 700 {path}");
        }
    }

    private string Within(string name) => System.IO.Path.Combine(Path, name);
}

/// <summary>The server cannot start; the message is for the user.</summary>
internal sealed class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner);

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CaaStle.Api;
using CaaStle.Cli.Connection;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Diagnosis;

/// <summary>Looks at what can be seen without a server: the home, who may read what in it, the disk, the port.</summary>
internal sealed class ClientCheck(CommandContext context)
{
    private const string Area = "machine";
    private const long LittleSpace = 1L << 30;
    private const long TooLittleSpace = 100L << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ServerHome home = new(context.Home);

    /// <param name="serverRuns">Whether a server has a port already.</param>
    public IReadOnlyList<CheckView> Run(bool serverRuns) => [CheckHome(), CheckPermissions(), CheckSpace(), CheckPort(serverRuns)];

    public static CheckView Passed(string area, string name, string detail) => new(area, name, CheckView.Passed, detail, []);

    public static CheckView Failed(string area, string name, string detail, params IReadOnlyList<string> fix) => new(area, name, CheckView.Failed, detail, fix);

    private CheckView CheckHome()
    {
        const string Name = "home";
        if (File.Exists(home.Path))
            return Failed(Area, Name, $"{home.Path} is a file, and a folder is needed", "export CLD_HOME=DIRECTORY");
        if (!Directory.Exists(home.Path))
            return Passed(Area, Name, $"{home.Path}, which the server will make");
        try
        {
            var probe = Path.Combine(home.Path, $".cld-doctor-{System.Environment.ProcessId}");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }

            return Passed(Area, Name, $"{home.Path} can be written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(Area, Name, $"{home.Path} cannot be written: {e.Message}", $"ls -ld {Quoted(home.Path)}", "export CLD_HOME=DIRECTORY");
        }
    }

    /// <summary>The token lets anybody in, and the keys decrypt everything.</summary>
    private CheckView CheckPermissions()
    {
        const string Name = "permissions";
        if (!Directory.Exists(home.Path))
            return Passed(Area, Name, "there is nothing to protect yet");
        try
        {
            var open = Protected().Where(path => Path.Exists(path) && (ModeOf(path) & ~OwnerOnly) != 0).ToList();
            return open.Count == 0
                ? Passed(Area, Name, "nobody else can read the token, the keys or the state")
                : Failed(
                    Area,
                    Name,
                    $"others may get at {string.Join(", ", open.Select(path => $"{path} ({Octal(ModeOf(path))})"))}",
                    [.. open.Select(path => $"chmod {(Directory.Exists(path) ? "700" : "600")} {Quoted(path)}")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(Area, Name, $"who may read {home.Path} cannot be seen: {e.Message}", $"ls -la {Quoted(home.Path)}");
        }
    }

    private IEnumerable<string> Protected()
    {
        var keys = Path.Combine(home.Path, "keys");
        var store = Path.Combine(home.Path, "data", "deployments", "cld.sqlite");
        return [home.Path, home.TokenFile, home.AddressFile, store, keys, .. Directory.Exists(keys) ? Directory.EnumerateFiles(keys) : []];
    }

    private CheckView CheckSpace()
    {
        const string Name = "disk";
        try
        {
            var there = home.Path;
            while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } parent)
                there = parent;
            var free = new DriveInfo(there).AvailableFreeSpace;
            var detail = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GB free for {home.Path}");
            var fix = $"df -h {Quoted(there)}";
            return free switch
            {
                < TooLittleSpace => Failed(Area, Name, detail, fix),
                < LittleSpace => new(Area, Name, CheckView.Warning, detail, [fix]),
                _ => Passed(Area, Name, detail),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Failed(Area, Name, $"how much space there is for {home.Path} cannot be seen: {e.Message}", $"df -h {Quoted(home.Path)}");
        }
    }

    private static CheckView CheckPort(bool serverRuns)
    {
        const string Name = "port";
        if (serverRuns)
            return Passed(Area, Name, "the server has one");
        try
        {
            return CanListen(Routes.DefaultPort)
                ? Passed(Area, Name, $"{Routes.DefaultPort} on 127.0.0.1 is free")
                : CanListen(0)
                    ? Passed(Area, Name, $"{Routes.DefaultPort} on 127.0.0.1 is taken; the server takes another")
                    : Failed(Area, Name, "no port on 127.0.0.1 is free", "ss -tan");
        }
        catch (SocketException e)
        {
            return Failed(Area, Name, $"127.0.0.1 cannot be used: {e.Message}", "ip address show lo");
        }
    }

    private static bool CanListen(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);

    private static string Quoted(string path) => ShellWord.Quote(path);
}

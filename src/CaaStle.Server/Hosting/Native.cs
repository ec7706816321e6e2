using System.Runtime.InteropServices;

namespace CaaStle.Server.Hosting;

/// <summary>The few calls of the operating system that the base library lacks.</summary>
internal static partial class Native
{
    private const int KillSignal = 9;
    private const int CurrentFolder = -100;
    private const uint StatxUserId = 0x8;
    private const int StatxSize = 256;
    private const int StatxUserIdOffset = 20;

    /// <summary>Leaves the terminal's session, so that closing the terminal does not end the server.</summary>
    public static void LeaveSession() => _ = setsid();

    /// <summary>From now on, what the process creates is for its user only.</summary>
    public static void KeepNewFilesPrivate() => _ = umask(Convert.ToUInt32("077", 8));

    public static uint UserId() => geteuid();

    /// <returns>The user id of the owner; null when it cannot be told.</returns>
    public static unsafe uint? OwnerOf(string path)
    {
        var answer = stackalloc byte[StatxSize];
        return OperatingSystem.IsLinux() && statx(CurrentFolder, path, 0, StatxUserId, answer) == 0
            ? *(uint*)(answer + StatxUserIdOffset)
            : null;
    }

    /// <summary>Ends this process at once: nothing more of it runs.</summary>
    public static void KillThisProcess()
    {
        _ = kill(Environment.ProcessId, KillSignal);
        Environment.FailFast(null);
    }

    [LibraryImport("libc")]
    private static partial int setsid();

    [LibraryImport("libc")]
    private static partial uint umask(uint mask);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int folder, string path, int flags, uint mask, byte* answer);
}

using System.Runtime.CompilerServices;

namespace CaaStle.Cli.Tests.Support;

internal static class Snapshot
{
    /// <summary>Compares with <c>Snapshots/NAME.txt</c>; UPDATE_SNAPSHOTS=1 writes it instead.</summary>
    public static void Matches(string name, string actual, [CallerFilePath] string caller = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(caller)!, "..", "Snapshots", name + ".txt");
        if (System.Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }
}

using System.Diagnostics;

namespace CaaStle.EndToEnd.Tests.Support;

/// <summary>A disk of a few megabytes with an installation's home on it, which can be filled.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Plain = [];

    private readonly Installation installation;

    private SmallDisk(Installation installation) => this.installation = installation;

    private string Filler => Path.Combine(installation.Home, "filler");

    public static async Task<SmallDisk> MountAsync(Installation installation)
    {
        Directory.CreateDirectory(installation.Home);
        var mounting = await Processes.RunAsync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", installation.Home], Plain);
        Assert.SkipUnless(mounting.ExitCode == 0, $"A small disk cannot be mounted here, which needs root: {mounting.Error}");
        return new(installation);
    }

    /// <summary>Writes until nothing more can be written.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = 1 << 20; size > 0; size /= 16)
        {
            try
            {
                while (true)
                    file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // Smaller pieces may still fit.
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await installation.StopServerAsync("KILL");
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            var unmounting = await Processes.RunAsync("umount", [installation.Home], Plain);
            if (unmounting.ExitCode == 0)
                return;
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), unmounting.ToString());
        }
    }
}

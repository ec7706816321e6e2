using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests.Crashes;

/// <summary>Kills the server (as by <c>kill -9</c>) at chosen appends to the journal.</summary>
internal static class CrashPoints
{
    /// <summary>How many runs go on at once: they mostly wait.</summary>
    private const int Lanes = 3;

    /// <summary>Does a run for each append, from the first to the one that is never reached.</summary>
    /// <param name="before">Kill right before the append, not right after it.</param>
    /// <param name="atLeast">How many appends there must have been, lest nothing be tested.</param>
    /// <param name="run">Gets where to crash; returns whether there was such an append.</param>
    public static async Task EverywhereAsync(bool before, int atLeast, Func<int, Task<bool>> run)
    {
        var (last, ended) = (0, false);
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => RunLaneAsync()));
        Assert.True(last - Lanes >= atLeast, $"There were only {last - Lanes} appends to crash at.");

        async Task RunLaneAsync()
        {
            while (!ended)
            {
                var at = Interlocked.Increment(ref last);
                ended |= !await RunAtAsync(before ? -at : at, run);
            }
        }
    }

    public static async Task<bool> RunAtAsync(int at, Func<int, Task<bool>> run)
    {
        try
        {
            return await run(at);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Killed {(at < 0 ? "before" : "after")} append {Math.Abs(at)}: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Runs a command that starts an operation on a server that kills itself meanwhile; cld starts the next one, asks that again when it
    /// had no answer yet, and follows the operation to its end.
    /// </summary>
    /// <param name="exitCode">That the command must end with.</param>
    /// <returns>Whether the server was killed.</returns>
    public static async Task<bool> CrashDuringAsync(this Installation installation, int at, int exitCode, params string[] words)
    {
        await installation.StopServerAsync();
        var server = await installation.StartServerAsync(at);
        await installation.ExpectAsync(exitCode, words);
        if (!server.HasExited)
            return false;
        Assert.Equal(137, (await server.WaitAsync()).ExitCode);
        return true;
    }
}

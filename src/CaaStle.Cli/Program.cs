using System.Runtime.InteropServices;

namespace CaaStle.Cli;

internal static class Program
{
    /// <summary>
    /// Makes the runtime go on with an answer on the thread that has read it. To wake another takes about as long as the server needs for
    /// the answer, and nothing here keeps that thread from reading on.
    /// </summary>
    internal const string AnswersInline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private static async Task<int> Main(string[] arguments)
    {
        Environment.SetEnvironmentVariable(AnswersInline, "1");
        using var interruption = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        return (int)await CommandLine.RunAsync(arguments, CommandContext.OfProcess(), interruption.Token);

        // The first signal ends the command in good order, the second ends the process.
        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = !interruption.IsCancellationRequested;
            interruption.Cancel();
        }
    }
}

using System.Runtime.InteropServices;

namespace CaaStle.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
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

using CaaStle.Api;

namespace CaaStle.Cli.Commands.Server;

internal sealed class ServerStopCommand : LeafCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public ServerStopCommand() : base("stop", "stop the server; operations go on at its next start")
    {
        Examples = [("cld server stop", "and wait until it has ended"), ("cld server stop -q", "without a word")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var clock = invocation.Context.Clock;
        invocation.Connection.StartsServer = false;
        ServerStatus? status = null;
        try
        {
            status = await invocation.Client.GetServerAsync(cancellationToken);
            await invocation.Client.StopServerAsync(cancellationToken);
            var asked = clock.GetTimestamp();
            while (clock.GetElapsedTime(asked) < Patience)
            {
                await Task.Delay(PollInterval, clock, cancellationToken);
                if ((await invocation.Client.GetServerAsync(cancellationToken)).ProcessId != status.ProcessId)
                    break;
            }

            if (clock.GetElapsedTime(asked) >= Patience)
            {
                throw LocalProblems.Create(
                    ProblemCodes.NotAvailable, $"The server (process {status.ProcessId}) has not ended yet.", null, "cld server status");
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ProblemException { Problem.Code: ProblemCodes.ServerUnreachable })
        {
            // Gone, as it should be.
        }

        invocation.Note(status switch
        {
            null => "No server runs.",
            { OperationsUnderWay: 0 } => "The server has ended.",
            { OperationsUnderWay: 1 } => "The server has ended. The operation that was under way goes on at its next start.",
            { OperationsUnderWay: var operations } => $"The server has ended. {operations} operations that were under way go on at its next start.",
        });
        return ExitCode.Ok;
    }
}

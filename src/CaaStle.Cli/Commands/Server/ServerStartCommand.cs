using CaaStle.Api;

namespace CaaStle.Cli.Commands.Server;

internal sealed class ServerStartCommand : LeafCommand
{
    public ServerStartCommand() : base("start", "start the server, if none runs")
    {
        Examples = [("cld server start", "every command that needs a server does it by itself"), ("CLD_HOME=/tmp/try cld server start", "another one, with a state of its own")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.GetServerAsync(cancellationToken),
            ApiJson.Default.ServerStatus,
            (status, output) => output.WriteLine($"The server runs at {invocation.Connection.Address} (process {status.ProcessId})."));
}

using System.Globalization;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Server;

internal sealed class ServerStatusCommand : LeafCommand
{
    public ServerStatusCommand() : base("status", "show whether the server runs, and which clouds can be used")
    {
        Examples = [("cld server status", "exits with 9 when no server runs"), ("cld server status -o json", "the same for a program")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        invocation.Connection.StartsServer = false;
        return invocation.Show(
            await invocation.Client.GetServerAsync(cancellationToken),
            ApiJson.Default.ServerStatus,
            (status, output) => Write(status, output, invocation));
    }

    private static void Write(ServerStatus status, TextWriter output, Invocation invocation)
    {
        var head = new Table("", "");
        head.Add("Address", invocation.Connection.Address?.ToString());
        head.Add("Process", status.ProcessId.ToString(CultureInfo.InvariantCulture));
        head.Add("Version", status.Version);
        head.Add("Started", Times.Ago(status.StartedAt, invocation.Context.Clock));
        head.Add("Home", status.Home);
        head.Add("Operations", status.OperationsUnderWay == 0 ? "none under way" : $"{status.OperationsUnderWay} under way");
        head.Write(output);
        output.WriteLine();
        var clouds = new Table("CLOUD", "ENGINES", "RESOURCES", "REGISTRIES", "USABLE");
        foreach (var cloud in status.Clouds)
        {
            clouds.Add(
                cloud.Name,
                string.Join(", ", cloud.Coes),
                string.Join(", ", cloud.Resources),
                string.Join(", ", cloud.Registries),
                cloud.Obstacles.Count == 0 ? "yes" : $"no: {string.Join("; ", cloud.Obstacles)}");
        }

        clouds.Write(output);
    }
}

namespace CaaStle.Cli.Commands.Server;

internal static class ServerGroup
{
    public static NounCommand Create() => new(
        "server",
        "the server that does the work",
        Sections.Running,
        new ServerStartCommand(),
        new ServerStopCommand(),
        new ServerStatusCommand());
}

namespace CaaStle.Cli.Commands.Application;

internal static class ApplicationGroup
{
    public static NounCommand Create() => new(
        "app",
        "applications: containers that run in an environment",
        Sections.Main,
        new ApplicationDeployCommand(),
        new ApplicationListCommand(),
        new ApplicationShowCommand(),
        new ApplicationLogsCommand(),
        new ApplicationDeleteCommand());
}

namespace CaaStle.Cli.Commands.Application;

internal static class ApplicationGroup
{
    public static NounCommand Create() => new(
        "app",
        "applications: containers that run in an environment",
        Sections.Main,
        new ApplicationDeployCommand(),
        new ApplicationRedeployCommand(),
        new ApplicationRollbackCommand(),
        new ApplicationListCommand(),
        new ApplicationShowCommand(),
        new ApplicationHistoryCommand(),
        new ApplicationLogsCommand(),
        new ApplicationRunCommand(),
        new ApplicationScaleCommand(),
        ApplicationSwitchCommand.Restart(),
        ApplicationSwitchCommand.Stop(),
        ApplicationSwitchCommand.Start(),
        new ApplicationDeleteCommand());
}

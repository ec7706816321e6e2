namespace CaaStle.Cli.Commands.Environment;

internal static class EnvironmentGroup
{
    public static NounCommand Create() => new(
        "env",
        "environments: a container engine and the managed resources for applications",
        Sections.Main,
        new EnvironmentCreateCommand(),
        new EnvironmentPlanCommand(),
        new EnvironmentListCommand(),
        new EnvironmentShowCommand(),
        new EnvironmentUpdateCommand(),
        new EnvironmentDriftCommand(),
        EnvironmentSwitchCommand.Pause(),
        EnvironmentSwitchCommand.Resume(),
        new EnvironmentCopyCommand(),
        new EnvironmentTtlCommand(),
        new EnvironmentHistoryCommand(),
        new EnvironmentDeleteCommand());
}

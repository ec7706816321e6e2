namespace CaaStle.Cli.Commands.Setup;

internal static class SetupGroup
{
    public static NounCommand Create() => new("setup", "prepare the use of a cloud", Sections.Tools, new SetupAwsCommand());
}

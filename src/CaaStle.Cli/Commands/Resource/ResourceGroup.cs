namespace CaaStle.Cli.Commands.Resource;

internal static class ResourceGroup
{
    public static NounCommand Create() => new(
        "resource",
        "managed resources: the databases and caches of environments",
        Sections.Main,
        new ResourceListCommand(),
        new ResourceShowCommand());
}

namespace CaaStle.Cli.Commands.Container;

internal static class ContainerGroup
{
    public static NounCommand Create() => new(
        "container",
        "containers: images built from a Dockerfile",
        Sections.Main,
        new ContainerCreateCommand(),
        new ContainerUpdateCommand(),
        new ContainerListCommand(),
        new ContainerShowCommand(),
        new ContainerDeleteCommand());
}

namespace CaaStle.Cli.Commands.Container;

internal sealed class ContainerDeleteCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Container();

    public ContainerDeleteCommand() : base("delete", "delete a container and its image")
    {
        Aliases.Add("rm");
        Add(name);
        Examples = [("cld container delete greetings", "delete it and watch"), ("cld container delete greetings --detach", "return at once")];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.OperateAsync(() => invocation.Client.DeleteContainerAsync(invocation.Required(name), cancellationToken), cancellationToken);
}

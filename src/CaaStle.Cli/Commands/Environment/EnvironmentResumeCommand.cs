namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentResumeCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();

    public EnvironmentResumeCommand() : base("resume", "start a paused environment, and the applications in it")
    {
        Add(name);
        Examples =
        [
            ("cld env resume orders", "its databases first, then its applications"),
            ("cld env resume orders --detach", "return at once"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) => invocation.OperateAsync(
        () => invocation.Client.SwitchEnvironmentAsync(invocation.Required(name), "resume", cancellationToken), cancellationToken);
}

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentPauseCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();

    public EnvironmentPauseCommand() : base("pause", "stop everything in an environment; data and addresses stay")
    {
        Add(name);
        Examples =
        [
            ("cld env pause orders", "its applications first, then its databases"),
            ("cld env pause orders --detach", "return at once"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) => invocation.OperateAsync(
        () => invocation.Client.SwitchEnvironmentAsync(invocation.Required(name), "pause", cancellationToken), cancellationToken);
}

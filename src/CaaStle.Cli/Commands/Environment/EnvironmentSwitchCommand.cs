namespace CaaStle.Cli.Commands.Environment;

/// <summary>The verbs that need nothing but the environment's name.</summary>
internal sealed class EnvironmentSwitchCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();

    private EnvironmentSwitchCommand(string verb, string description) : base(verb, description) => Add(name);

    public static EnvironmentSwitchCommand Pause() => new("pause", "have nothing of an environment run; its data and addresses are kept")
    {
        Examples = [("cld env pause orders", "its applications first, then its databases"), ("cld env pause orders --detach", "only ask for it")],
    };

    public static EnvironmentSwitchCommand Resume() => new("resume", "start an environment that was paused, and the applications in it")
    {
        Examples = [("cld env resume orders", "its databases first, then its applications"), ("cld env resume orders --detach", "only ask for it")],
    };

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.OperateAsync(
            () => invocation.Client.SwitchEnvironmentAsync(invocation.Required(name), Name, cancellationToken), cancellationToken);
}

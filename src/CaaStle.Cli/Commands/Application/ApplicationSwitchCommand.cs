using System.CommandLine;

namespace CaaStle.Cli.Commands.Application;

/// <summary>The verbs that need nothing but the application's name.</summary>
internal sealed class ApplicationSwitchCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();
    private readonly Option<bool> noRollback = SharedOptions.NoRollback();

    private ApplicationSwitchCommand(string verb, string description) : base(verb, description)
    {
        Add(name);
        Add(noRollback);
    }

    public static ApplicationSwitchCommand Restart() => new("restart", "start new replicas in place of those that run")
    {
        Examples = [("cld app restart greetings", "as a new revision; requests go on"), ("cld app restart greetings --detach", "only ask for it")],
    };

    public static ApplicationSwitchCommand Stop() => new("stop", "have nothing of an application run; its data and its address are kept")
    {
        Examples = [("cld app stop greetings", "until 'cld app start greetings'"), ("cld app stop greetings --detach", "only ask for it")],
    };

    public static ApplicationSwitchCommand Start() => new("start", "start an application that was stopped")
    {
        Examples = [("cld app start greetings", "as many replicas as before"), ("cld app start greetings --detach", "only ask for it")],
    };

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.OperateAsync(
            () => invocation.Client.SwitchApplicationAsync(invocation.Required(name), Name, invocation.Value(noRollback), cancellationToken),
            cancellationToken);
}

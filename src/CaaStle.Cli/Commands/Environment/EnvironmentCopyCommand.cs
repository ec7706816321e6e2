using System.CommandLine;
using CaaStle.Api;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentCopyCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();
    private readonly NameArgument copy = new("NEW", NameOf.Nothing, "name for the copy");
    private readonly Option<string> timeToLive = SharedOptions.TimeToLive();
    private readonly Option<bool> noRollback = SharedOptions.NoRollback();

    public EnvironmentCopyCommand() : base("copy", "create another environment from the definition of one")
    {
        Add(name);
        Add(copy);
        Add(timeToLive);
        Add(noRollback);
        Examples =
        [
            ("cld env copy orders orders-test", "the same resources with data and passwords of their own"),
            ("cld env copy orders orders-review --ttl 4h", "and it goes by itself"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (original, target) = (invocation.Required(name), invocation.Required(copy));
        var seconds = SharedOptions.Seconds(invocation.Value(timeToLive));
        var applications = (await invocation.Client.GetEnvironmentAsync(original, reveal: false, now: false, cancellationToken)).Applications;
        var exit = await invocation.OperateAsync(
            () => invocation.Client.CopyEnvironmentAsync(
                original, new EnvironmentCopyRequest(target, invocation.Value(noRollback), seconds), cancellationToken),
            cancellationToken);
        if (exit == ExitCode.Ok && applications.Count > 0)
        {
            invocation.Note($"Applications are not copied. In {original} there {(applications.Count == 1 ? "is" : "are")} {string.Join(", ", applications)}:");
            invocation.Suggest(applications.Select(application => $"cld app deploy {application}-{target} {target} FILE"));
        }

        return exit;
    }
}

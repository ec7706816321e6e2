using System.CommandLine;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationScaleCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();
    private readonly NameArgument replicas = new("N", NameOf.Nothing, "how many, from 1");
    private readonly Option<bool> noRollback = SharedOptions.NoRollback();

    public ApplicationScaleCommand() : base("scale", "say how many replicas of an application run")
    {
        Add(name);
        Add(replicas);
        Add(noRollback);
        Examples =
        [
            ("cld app scale greetings 3", "three share the requests"),
            ("cld app scale greetings 1 --detach", "only ask for it"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var number = invocation.Number(replicas, "cld app scale --help");
        return invocation.OperateAsync(
            () => invocation.Client.ScaleApplicationAsync(invocation.Required(name), number, invocation.Value(noRollback), cancellationToken),
            cancellationToken);
    }
}

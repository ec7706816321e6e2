using CaaStle.Cli.Progress;

namespace CaaStle.Cli.Commands.Operation;

internal sealed class OperationWatchCommand : LeafCommand
{
    private readonly NameArgument id = NameArgument.Operation();

    public OperationWatchCommand() : base("watch", "follow an operation to its end, from its beginning")
    {
        Aliases.Add("attach");
        Add(id);
        Examples =
        [
            ("cld op watch op-k3x9m2p4q7ab", "exits as the command would have that started it"),
            ("cld op watch op-k3x9m2p4q7ab --progress json", "its events as NDJSON, a summary last"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var operation = await invocation.Client.GetOperationAsync(invocation.Required(id), cancellationToken);
        return await new OperationFollower(invocation).FollowAsync(operation, cancellationToken);
    }
}

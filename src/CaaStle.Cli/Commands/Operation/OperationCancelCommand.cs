using CaaStle.Cli.Progress;

namespace CaaStle.Cli.Commands.Operation;

internal sealed class OperationCancelCommand : LeafCommand
{
    private readonly NameArgument id = NameArgument.Operation();

    public OperationCancelCommand() : base("cancel", "stop an operation and undo what it did")
    {
        Add(id);
        Examples =
        [
            ("cld op cancel op-k3x9m2p4q7ab", "cancel it and watch until nothing is left"),
            ("cld op cancel op-k3x9m2p4q7ab --detach", "only ask for it"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var exit = await invocation.OperateAsync(
            () => invocation.Client.CancelOperationAsync(invocation.Required(id), cancellationToken), cancellationToken);

        // That the operation was cancelled is what was asked for here.
        return exit == ExitCode.Cancelled ? ExitCode.Ok : exit;
    }
}

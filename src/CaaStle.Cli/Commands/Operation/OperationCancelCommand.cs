using System.CommandLine;

namespace CaaStle.Cli.Commands.Operation;

internal sealed class OperationCancelCommand : LeafCommand
{
    private readonly NameArgument id = NameArgument.Operation();
    private readonly Option<bool> keep = new("--keep") { Description = "of what is being undone: undo it no further, and keep what is there" };

    public OperationCancelCommand() : base("cancel", "stop an operation and undo what it did")
    {
        Add(id);
        Add(keep);
        Examples =
        [
            ("cld op cancel op-k3x9m2p4q7ab", "cancel it and watch until nothing is left"),
            ("cld op cancel op-k3x9m2p4q7ab --keep", "end an undoing that is blocked; 'delete' takes away what is kept"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var keeps = invocation.Value(keep);
        var exit = await invocation.OperateAsync(
            () => invocation.Client.CancelOperationAsync(invocation.Required(id), keeps, cancellationToken), cancellationToken);

        // That the operation was cancelled, or ended with what there is, is what was asked for here.
        return exit == (keeps ? ExitCode.Failed : ExitCode.Cancelled) ? ExitCode.Ok : exit;
    }
}

using CaaStle.Api;
using CaaStle.Cli.Output;
using CaaStle.Cli.Progress;

namespace CaaStle.Cli.Commands.Operation;

internal sealed class OperationShowCommand : LeafCommand
{
    private readonly NameArgument id = NameArgument.Operation();

    public OperationShowCommand() : base("show", "show an operation: state, cause of a failure, outputs")
    {
        Add(id);
        Examples = [("cld op show op-k3x9m2p4q7ab", "how it stands, or how it ended"), ("cld op show op-k3x9m2p4q7ab -o json", "the same for a program")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.GetOperationAsync(invocation.Required(id), cancellationToken),
            ApiJson.Default.OperationView,
            (operation, output) => Write(operation, output, invocation));

    private static void Write(OperationView operation, TextWriter output, Invocation invocation)
    {
        var clock = invocation.Context.Clock;
        var head = new Table("", "");
        head.Add("Id", operation.Id);
        head.Add("Action", $"{operation.Action} {operation.Subject}");
        head.Add("State", Table.Cell.Status(operation.State, invocation.Style));
        head.Add("Requested", $"{Times.Ago(operation.RequestedAt, clock)} by {operation.RequestedBy}");
        head.Add("Took", Times.Duration((operation.EndedAt ?? clock.GetUtcNow()) - operation.RequestedAt));
        if (operation.CancelledBy is { } canceller)
            head.Add("Cancelled", $"by {canceller}");
        if (operation.Failure is { } failure)
            head.Add("Cause", failure.Key is { } key ? $"{key}: {failure.Cause}" : failure.Cause);
        head.Write(output);
        foreach (var line in operation.Failure?.LastLog ?? [])
            output.WriteLine($"  | {Untrusted.Clean(line)}");
        OutputsText.Write(operation.Outputs, output, showSecrets: true);
        invocation.Suggest(Outcome.Next(operation));
    }
}

namespace CaaStle.Cli.Commands.Operation;

internal static class OperationGroup
{
    public static NounCommand Create() => new(
        "op",
        "operations: what is being done, and what was",
        Sections.Running,
        new OperationListCommand(),
        new OperationShowCommand(),
        new OperationWatchCommand(),
        new OperationCancelCommand());
}

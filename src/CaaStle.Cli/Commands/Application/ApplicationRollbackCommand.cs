using System.CommandLine;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationRollbackCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();

    private readonly NameArgument revision = new("REVISION", NameOf.Revision, "its number in the history; else the last good one before that in force")
    {
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> noRollback = SharedOptions.NoRollback();

    public ApplicationRollbackCommand() : base("rollback", "go back to an earlier revision: its definition and its images")
    {
        Add(name);
        Add(revision);
        Add(noRollback);
        Examples =
        [
            ("cld app rollback greetings", "to the last good revision before that in force"),
            ("cld app rollback greetings 3", "to revision 3, as a revision of its own"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var application = invocation.Required(name);
        int? number = invocation.Value(revision) is null ? null : invocation.Number(revision, $"cld app history {application}");
        return invocation.OperateAsync(
            () => invocation.Client.RollBackApplicationAsync(application, number, invocation.Value(noRollback), cancellationToken),
            cancellationToken);
    }
}

using System.CommandLine;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationDeleteCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();
    private readonly Option<bool> keepData = SharedOptions.KeepData();

    public ApplicationDeleteCommand() : base("delete", "delete an application")
    {
        Aliases.Add("rm");
        Add(name);
        Add(keepData);
        Examples =
        [
            ("cld app delete greetings", "asks only if data would be lost"),
            ("cld app delete greetings --keep-data", "leaves its data volumes"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var application = invocation.Required(name);
        var keeping = invocation.Value(keepData);
        if (!keeping && !invocation.Global.Yes)
        {
            var detail = await invocation.Client.GetApplicationAsync(application, reveal: false, now: false, cancellationToken);
            if (detail.Objects.Any(found => found.HoldsData)
                && !await invocation.ConfirmAsync($"This deletes application {application} and its data.", application, cancellationToken))
            {
                return ExitCode.Cancelled;
            }
        }

        return await invocation.OperateAsync(
            () => invocation.Client.DeleteApplicationAsync(application, keeping, cancellationToken), cancellationToken);
    }
}

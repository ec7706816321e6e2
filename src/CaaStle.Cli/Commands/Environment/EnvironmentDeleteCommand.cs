using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentDeleteCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();
    private readonly Option<bool> force = new("--force") { Description = "delete the applications in it first" };
    private readonly Option<bool> keepData = SharedOptions.KeepData();

    public EnvironmentDeleteCommand() : base("delete", "delete an environment and everything in it")
    {
        Aliases.Add("rm");
        Add(name);
        Add(force);
        Add(keepData);
        Examples =
        [
            ("cld env delete orders", "lists what will go, asks, and deletes it"),
            ("cld env delete orders --keep-data --yes", "leaves the data volumes; does not ask"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var environment = invocation.Required(name);
        var (forced, keeping) = (invocation.Value(force), invocation.Value(keepData));
        if (!invocation.Global.Yes)
        {
            var plan = await invocation.Client.PlanEnvironmentDeletionAsync(environment, forced, keeping, cancellationToken);
            PlanTree.Write(plan, invocation.Context.Error, invocation.Global.ErrorStyle);
            var losesData = plan.Steps.Any(step => step.HoldsData) && !keeping;
            var question = losesData ? $"This deletes environment {environment} and the data in it." : $"Delete environment {environment}?";
            if (!await invocation.ConfirmAsync(question, losesData ? environment : null, cancellationToken))
                return ExitCode.Cancelled;
        }

        return await invocation.OperateAsync(
            () => invocation.Client.DeleteEnvironmentAsync(environment, forced, keeping, cancellationToken), cancellationToken);
    }
}

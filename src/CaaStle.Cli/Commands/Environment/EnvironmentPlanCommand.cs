using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentPlanCommand : LeafCommand
{
    /// <summary>The environment's name where none is given.</summary>
    private const string DefaultName = "preview";

    private readonly Argument<string[]> words = new("[NAME] FILE")
    {
        Arity = new ArgumentArity(1, 2),
        Description = "the definition, after the name that the environment would have",
    };

    private readonly Option<bool> exitCode = new("--exit-code") { Description = "exit with 6 when there is something to create" };

    public EnvironmentPlanCommand() : base("plan", "show what would be created, without changing anything")
    {
        Add(words);
        Add(exitCode);
        Examples =
        [
            ("cld env plan environment.yaml", "everything that the environment consists of"),
            ("cld env plan orders environment.yaml", "with the names that an environment 'orders' would give"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var given = invocation.Value(words)!;
        var request = new EnvironmentCreateRequest(given.Length == 2 ? given[0] : DefaultName, invocation.ReadFile(given[^1]), given[^1]);
        var plan = await invocation.Client.PlanEnvironmentAsync(request, cancellationToken);
        invocation.Show(plan, ApiJson.Default.PlanView, (view, output) => PlanTree.Write(view, output, invocation.Style));
        invocation.Note("Nothing has been changed.");
        return plan.Steps.Count > 0 && invocation.Value(exitCode) ? ExitCode.ChangesPending : ExitCode.Ok;
    }
}

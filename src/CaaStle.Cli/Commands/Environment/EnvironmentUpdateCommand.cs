using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentUpdateCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();
    private readonly NameArgument file = NameArgument.File("what it is to be, a YAML file");
    private readonly Option<bool> planOnly = new("--plan-only") { Description = "show what would change, and change nothing" };
    private readonly Option<bool> exitCode = new("--exit-code") { Description = "with --plan-only: exit with 6 when something would change" };
    private readonly NameOption confirm = new("--confirm", NameOf.Environment)
    {
        HelpName = "NAME",
        Description = "the environment's name, where data would be lost",
    };

    private readonly Option<bool> noRollback = SharedOptions.NoRollback();

    public EnvironmentUpdateCommand() : base("update", "make an environment what its changed definition says")
    {
        Add(name);
        Add(file);
        Add(planOnly);
        Add(exitCode);
        Add(confirm);
        Add(noRollback);
        Examples =
        [
            ("cld env update orders environment.yaml", "shows what will change, asks, and changes it"),
            ("cld env update orders environment.yaml --plan-only --exit-code", "whether the environment is as the file says, for a script"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (environment, path) = (invocation.Required(name), invocation.Required(file));
        var request = new EnvironmentUpdateRequest(invocation.ReadFile(path), path, NoRollback: invocation.Value(noRollback));
        var plan = await invocation.Client.PlanEnvironmentUpdateAsync(environment, request, cancellationToken);
        var changes = plan.Steps.Count(step => step.Change != "keep");
        if (invocation.Value(planOnly))
        {
            invocation.Show(plan, ApiJson.Default.PlanView, (view, output) => PlanTree.Write(view, output, invocation.Style));
            invocation.Note("Nothing has been changed.");
            return changes > 0 && invocation.Value(exitCode) ? ExitCode.ChangesPending : ExitCode.Ok;
        }

        if (changes == 0 && !await IsUnfinishedAsync(invocation, environment, cancellationToken))
        {
            invocation.Note($"environment/{environment} is as {path} says; there is nothing to change.");
            return ExitCode.Ok;
        }

        if (!invocation.Global.Quiet)
            PlanTree.Write(plan, invocation.Context.Error, invocation.Global.ErrorStyle);
        var lost = plan.Steps.Where(step => step.LosesData).Select(step => step.Key).ToList();
        if (!await ConfirmAsync(invocation, environment, lost, cancellationToken))
            return ExitCode.Cancelled;
        return await invocation.OperateAsync(
            () => invocation.Client.UpdateEnvironmentAsync(
                environment, request with { Confirm = lost.Count > 0 ? environment : null }, cancellationToken),
            cancellationToken);
    }

    /// <summary>Whether an update was kept half-way, which another one finishes even where nothing differs any more.</summary>
    private static async Task<bool> IsUnfinishedAsync(Invocation invocation, string environment, CancellationToken cancellationToken) =>
        (await invocation.Client.GetEnvironmentAsync(environment, reveal: false, now: false, cancellationToken)).Status == "update-failed";

    private async Task<bool> ConfirmAsync(Invocation invocation, string environment, List<string> lost, CancellationToken cancellationToken)
    {
        var given = invocation.Value(confirm);
        if (given is not null && given != environment)
            throw LocalProblems.Create(LocalProblems.Usage, $"--confirm takes the environment's name, {environment}, not '{given}'.");
        if (given is not null)
            return true;
        if (lost.Count == 0)
            return await invocation.ConfirmAsync($"Change environment {environment}?", null, cancellationToken);
        var what = $"The data of {string.Join(", ", lost)} will be lost.";
        if (!invocation.Context.InputIsTerminal)
        {
            throw LocalProblems.Create(
                ProblemCodes.LosesData, what, "Nothing has been changed. --yes is not enough for that.", $"{invocation.CommandLine} --confirm {environment}");
        }

        return await invocation.ConfirmNameAsync(what, environment, cancellationToken);
    }
}

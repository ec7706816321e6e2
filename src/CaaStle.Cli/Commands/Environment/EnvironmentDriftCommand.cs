using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentDriftCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();
    private readonly Option<bool> fix = new("--fix") { Description = "bring back what is missing, changed or broken" };
    private readonly Option<bool> accept = new("--accept") { Description = "forget what is missing" };

    public EnvironmentDriftCommand() : base("drift", "compare an environment and its applications with what is there")
    {
        Add(name);
        Add(fix);
        Add(accept);
        Examples =
        [
            ("cld env drift orders", "exits with 6 when something is missing, changed or broken"),
            ("cld env drift orders --fix", "and brings it back"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var environment = invocation.Required(name);
        var (fixes, accepts) = (invocation.Value(fix), invocation.Value(accept));
        if (fixes && accepts)
        {
            throw LocalProblems.Create(
                LocalProblems.Usage, "--fix and --accept exclude each other.", "--fix makes missing objects again, --accept forgets them.");
        }

        var drift = await invocation.Client.GetEnvironmentDriftAsync(environment, cancellationToken);
        if (!fixes && !accepts)
        {
            invocation.Show(drift, ApiJson.Default.DriftView, (view, output) => DriftText.Write(view, output, invocation.Style));
            Suggest(drift, invocation);
            return ExitOf(drift);
        }

        if (!invocation.Global.Quiet)
            DriftText.Write(drift, invocation.Context.Error, invocation.Global.ErrorStyle);
        return ExitOf(drift) == ExitCode.Ok ? ExitCode.Ok
            : accepts ? await AcceptAsync(drift, invocation, cancellationToken)
            : await invocation.OperateAsync(
                () => invocation.Client.SwitchEnvironmentAsync(environment, "repair", cancellationToken), cancellationToken);
    }

    private static async Task<ExitCode> AcceptAsync(DriftView drift, Invocation invocation, CancellationToken cancellationToken)
    {
        var missing = Of(drift, ObjectDriftView.Missing).Count;
        if (missing == 0)
        {
            invocation.Note("Nothing is missing. What is changed or broken is there, and cannot be forgotten.");
            return ExitOf(drift);
        }

        if (!await invocation.ConfirmAsync($"Forget {(missing == 1 ? "the missing object" : $"the {missing} missing objects")}?", null, cancellationToken))
            return ExitCode.Cancelled;
        var exit = await invocation.OperateAsync(
            () => invocation.Client.SwitchEnvironmentAsync(drift.Environment, "accept", cancellationToken), cancellationToken);
        var rest = drift with { Objects = [.. drift.Objects.Where(each => each.State != ObjectDriftView.Missing)] };
        if (exit != ExitCode.Ok || ExitOf(rest) == ExitCode.Ok)
            return exit;
        invocation.Note("What is changed or broken is there, and cannot be forgotten:");
        DriftText.Write(rest, invocation.Context.Error, invocation.Global.ErrorStyle);
        invocation.Suggest($"cld env drift {drift.Environment} --fix");
        return ExitOf(rest);
    }

    /// <summary>What cannot be told is never fine.</summary>
    private static ExitCode ExitOf(DriftView drift) =>
        Of(drift, ObjectDriftView.Missing, ObjectDriftView.Broken, ObjectDriftView.Changed).Count > 0 ? ExitCode.ChangesPending
        : Of(drift, ObjectDriftView.Unknown).Count > 0 ? ExitCode.Failed
        : ExitCode.Ok;

    private static void Suggest(DriftView drift, Invocation invocation)
    {
        if (Of(drift, ObjectDriftView.Missing, ObjectDriftView.Broken, ObjectDriftView.Changed).Count > 0)
            invocation.Suggest($"cld env drift {drift.Environment} --fix");
        if (Of(drift, ObjectDriftView.Missing).Count > 0)
            invocation.Suggest($"cld env drift {drift.Environment} --accept");
        if (ExitOf(drift) == ExitCode.Failed)
            invocation.Suggest("cld doctor");
    }

    private static IReadOnlyList<ObjectDriftView> Of(DriftView drift, params IReadOnlyList<string> states) =>
        [.. drift.Objects.Where(each => states.Contains(each.State))];
}

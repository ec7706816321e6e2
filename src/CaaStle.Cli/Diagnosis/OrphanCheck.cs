using CaaStle.Api;
using CaaStle.Cli.Commands;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Diagnosis;

/// <summary>Finds what is in no record, and removes it when it is told to.</summary>
internal sealed class OrphanCheck(Invocation invocation)
{
    public async Task<ExitCode> RunAsync(bool removes, CancellationToken cancellationToken)
    {
        var report = await invocation.Client.ListOrphansAsync(cancellationToken);
        if (!removes || report.Orphans.Count == 0)
        {
            invocation.Show(report, ApiJson.Default.OrphanReportView, (view, output) => Write(view, output, invocation.Style));
            if (report.Orphans.Count > 0)
                invocation.Suggest("cld doctor --orphans --remove");
            return ExitOf(report);
        }

        Write(report, invocation.Context.Error, invocation.Global.ErrorStyle);
        if (!await ConfirmAsync(report.Orphans, cancellationToken))
            return ExitCode.Cancelled;
        var removals = await invocation.Client.RemoveOrphansAsync(report.Orphans, cancellationToken);
        invocation.Show(removals, ApiJson.Default.IReadOnlyListOrphanRemovalView, Write);
        return removals.Any(removal => removal.Failure is not null) || report.Unanswered.Count > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>What a cloud does not tell is never fine.</summary>
    private static ExitCode ExitOf(OrphanReportView report) =>
        report.Orphans.Count > 0 ? ExitCode.ChangesPending : report.Unanswered.Count > 0 ? ExitCode.Failed : ExitCode.Ok;

    private Task<bool> ConfirmAsync(IReadOnlyList<OrphanView> orphans, CancellationToken cancellationToken)
    {
        var withData = orphans.Count(orphan => orphan.HoldsData);
        return withData > 0
            ? invocation.ConfirmAsync($"This deletes {Count(orphans.Count)}, and the data in {withData} of them.", "orphans", cancellationToken)
            : invocation.ConfirmAsync($"Delete {Count(orphans.Count)}?", null, cancellationToken);
    }

    private static void Write(OrphanReportView report, TextWriter output, Style style)
    {
        if (report.Orphans.Count > 0)
        {
            var table = new Table("CLOUD", "KIND", "NAME", "MADE FOR", "OBJECT", "");
            foreach (var orphan in report.Orphans)
                table.Add(orphan.Cloud, orphan.Kind, orphan.Name, orphan.Subject, orphan.Key, orphan.HoldsData ? "holds data" : "");
            table.Write(output);
        }

        foreach (var cloud in report.Unanswered)
            output.WriteLine($"{style.Bad("✗")} {Untrusted.Clean($"What there is cannot be told, for a cloud gives no answer: {cloud}")}");
        if (report.Orphans.Count == 0 && report.Unanswered.Count == 0)
            output.WriteLine($"{style.Good("✓")} everything with this installation's labels is in the record");
        else if (report.Orphans.Count > 0)
            output.WriteLine($"{Count(report.Orphans.Count)} in no record");
    }

    private void Write(IReadOnlyList<OrphanRemovalView> removals, TextWriter output)
    {
        foreach (var (orphan, failure) in removals)
        {
            output.WriteLine(failure is null
                ? $"{invocation.Style.Good("✓")} {Untrusted.Clean($"{orphan.Kind} {orphan.Name}")} deleted"
                : $"{invocation.Style.Bad("✗")} {Untrusted.Clean($"{orphan.Kind} {orphan.Name}: {failure}")}");
        }
    }

    private static string Count(int orphans) => orphans == 1 ? "1 object" : $"{orphans} objects";
}

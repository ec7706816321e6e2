using System.Globalization;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationHistoryCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();

    public ApplicationHistoryCommand() : base("history", "list an application's revisions: what changed, who, when, and how it ended")
    {
        Add(name);
        Examples =
        [
            ("cld app history greetings", "newest first; also of an application that is gone"),
            ("cld app history greetings -o json", "with the definition of each, for a program"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.GetApplicationHistoryAsync(invocation.Required(name), cancellationToken),
            ApiJson.Default.IReadOnlyListRevisionView,
            (revisions, output) => Write(revisions, output, invocation));

    private static void Write(IReadOnlyList<RevisionView> revisions, TextWriter output, Invocation invocation)
    {
        var table = new Table("REVISION", "ACTION", "STATE", "IMAGE", "BY", "WHEN", "CHANGES");
        foreach (var revision in revisions)
        {
            table.Add(
                revision.Number.ToString(CultureInfo.InvariantCulture),
                revision.Action,
                Table.Cell.Status(State(revision), invocation.Style),
                revision.Image is { } image ? ImageText.Short(image) : "-",
                revision.By,
                Times.Ago(revision.At, invocation.Context.Clock),
                revision.Changes.Count == 0 ? "-" : string.Join(", ", revision.Changes));
            if (revision.Failure is { } failure)
                table.Add("", "", "", "", "", "", new Table.Cell(Untrusted.Clean($"✗ {Cause(failure)}"), invocation.Style.Bad));
        }

        table.Write(output);
    }

    private static string State(RevisionView revision) => revision switch
    {
        { IsNew: true, IsInForce: true } => "in force",
        { IsGone: true, State: "succeeded" } => "gone",
        _ => revision.State,
    };

    private static string Cause(FailureView failure) => failure.Key is { } key ? $"{key}: {failure.Cause}" : failure.Cause;
}

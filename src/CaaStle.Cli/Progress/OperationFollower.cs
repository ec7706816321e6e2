using System.Runtime.CompilerServices;
using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Commands;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Progress;

/// <summary>Starts an operation, shows it to its end and says how it ended.</summary>
internal sealed class OperationFollower(Invocation invocation)
{
    private readonly CommandContext context = invocation.Context;
    private readonly GlobalValues global = invocation.Global;

    public async Task<ExitCode> RunAsync(Func<Task<OperationView>> start, CancellationToken cancellationToken)
    {
        var operation = await StartAsync(start, cancellationToken);
        return global.Detach ? ShowStarted(operation) : await FollowAsync(operation, cancellationToken);
    }

    /// <summary>Follows an operation that has been started; also one that has ended.</summary>
    public async Task<ExitCode> FollowAsync(OperationView operation, CancellationToken cancellationToken)
    {
        var progress = new OperationProgress(operation);
        try
        {
            await View(operation).ShowAsync(EventsAsync(progress, cancellationToken), progress, cancellationToken);
            var ended = await invocation.Client.GetOperationAsync(operation.Id, cancellationToken);
            return Conclude(ended, progress);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ShowDetached(progress);
        }
    }

    private async Task<OperationView> StartAsync(Func<Task<OperationView>> start, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await start();
            }
            catch (ProblemException e) when (global.WaitLock && e.Problem is { Code: ProblemCodes.Locked, Operation: { } holder })
            {
                invocation.Note($"Waiting for {holder.Id} ({holder.Action} of {holder.Subject}, asked for by {holder.RequestedBy}) to end…");
                await foreach (var _ in OperationEvents.ReadAsync(invocation.Client, holder.Id, context.Clock, cancellationToken))
                {
                    // Only its end matters.
                }
            }
        }
    }

    private IProgressView View(OperationView operation)
    {
        // Standard output is the command's own, unless the summary is asked for there.
        var runs = operation.Action == "run" && !IsStructured;
        return global.Progress switch
        {
            "quiet" => runs ? new RunView(context, null) : new QuietView(),
            "json" => new JsonView(context.Output),
            "tty" => Tree(),
            "auto" when context.ErrorIsTerminal && context.Variable("TERM") is not "dumb" => Tree(),
            _ => runs ? new RunView(context, _ => true) : new PlainView(context.Error, context.Clock),
        };

        IProgressView Tree() => runs ? new RunView(context, RunView.IsNoteworthy) : new TreeView(context, global.ErrorStyle.Color);
    }

    private async IAsyncEnumerable<EventView> EventsAsync(OperationProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var e in OperationEvents.ReadAsync(invocation.Client, progress.Operation.Id, context.Clock, cancellationToken))
        {
            progress.Apply(e);
            yield return e;
        }
    }

    private ExitCode Conclude(OperationView operation, OperationProgress progress)
    {
        var exit = ExitCodes.Of(operation);
        ShowSummary(operation, progress, operation.State, exit);
        if (!IsStructured)
            new Outcome(invocation).Write(operation, progress);
        return exit;
    }

    private ExitCode ShowStarted(OperationView operation)
    {
        invocation.Show(operation, ApiJson.Default.OperationView, (view, output) => output.WriteLine(view.Id));
        invocation.Suggest($"cld op watch {operation.Id}");
        return ExitCode.Ok;
    }

    private ExitCode ShowDetached(OperationProgress progress)
    {
        var operation = progress.Operation;
        ShowSummary(operation, progress, "detached", ExitCode.Interrupted);
        context.Error.WriteLine($"\nDetached. {operation.Id} ({operation.Action} of {operation.Subject}) goes on.");
        context.Error.WriteLine($"→ {context.Program} op watch {operation.Id}    to come back");
        if (progress.IsUndone)
            context.Error.WriteLine($"→ {context.Program} op cancel {operation.Id} --keep   to undo it no further");
        else if (operation.Action != "delete" && progress.State != "finishing")
            context.Error.WriteLine($"→ {context.Program} op cancel {operation.Id}   to stop and undo it");
        return ExitCode.Interrupted;
    }

    private bool IsStructured => global.Progress == "json" || global.Format is OutputFormat.Json or OutputFormat.Yaml;

    private void ShowSummary(OperationView operation, OperationProgress progress, string result, ExitCode exit)
    {
        if (!IsStructured)
            return;
        var summary = new OperationSummary(
            operation.Id,
            operation.Action,
            operation.Subject,
            result,
            (int)exit,
            Math.Round(((operation.EndedAt ?? context.Clock.GetUtcNow()) - operation.RequestedAt).TotalSeconds, 3),
            operation.Failure ?? progress.Failure,
            progress.Changes(),
            operation.Outputs,
            Outcome.Next(operation));
        if (global.Progress == "json")
            context.Output.WriteLine(JsonSerializer.Serialize(summary, CliJson.Default.OperationSummary));
        else
            Structured.Write(summary, CliJson.Default.OperationSummary, global.Format, context.Output);
    }
}

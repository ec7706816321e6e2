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
        return global.Detach ? ShowStarted(operation)
            : operation.Together.Count > 1 ? await FollowAllAsync(operation, cancellationToken)
            : await FollowAsync(operation, cancellationToken);
    }

    /// <summary>Starts an operation that another one needs, and follows it whatever the options say. Only a failure is its outcome.</summary>
    public async Task<ExitCode> PrepareAsync(Func<Task<OperationView>> start, CancellationToken cancellationToken)
    {
        var progress = new OperationProgress(await StartAsync(start, cancellationToken));
        try
        {
            var ended = await ToItsEndAsync(progress, cancellationToken);
            var exit = ExitCodes.Of(ended);
            if (exit != ExitCode.Ok)
            {
                Show(SummaryOf(ended, progress, ended.State, exit));
                if (!IsStructured)
                    new Outcome(invocation).Write(ended, progress);
            }

            return exit;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ShowDetached(progress);
        }
    }

    /// <summary>Follows an operation that has been started; also one that has ended.</summary>
    public async Task<ExitCode> FollowAsync(OperationView operation, CancellationToken cancellationToken)
    {
        var progress = new OperationProgress(operation);
        try
        {
            var ended = await ToItsEndAsync(progress, cancellationToken);
            var exit = ExitCodes.Of(ended);
            Show(SummaryOf(ended, progress, ended.State, exit));
            if (!IsStructured)
                new Outcome(invocation).Write(ended, progress);
            return exit;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ShowDetached(progress);
        }
    }

    /// <summary>
    /// Follows operations that were started together, each in its turn. The environment's says what to type next, and stands for all.
    /// </summary>
    private async Task<ExitCode> FollowAllAsync(OperationView last, CancellationToken cancellationToken)
    {
        var (summaries, exit) = (new List<OperationSummary>(), ExitCode.Ok);
        var progress = new OperationProgress(last);
        try
        {
            foreach (var id in last.Together)
            {
                progress = new(id == last.Id ? last : await invocation.Client.GetOperationAsync(id, cancellationToken));
                var ended = await ToItsEndAsync(progress, cancellationToken);
                summaries.Add(SummaryOf(ended, progress, ended.State, ExitCodes.Of(ended)));
                exit = exit == ExitCode.Ok ? ExitCodes.Of(ended) : exit;
                if (!IsStructured)
                    new Outcome(invocation).Write(ended, progress, suggests: IsMain(ended.Subject));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ShowDetached(progress);
        }

        var main = summaries.Find(summary => IsMain(summary.Subject)) ?? summaries[^1];
        Show(main with { ExitCode = (int)exit, Together = [.. summaries.Where(summary => summary != main)] });
        return exit;

        static bool IsMain(string subject) => subject.StartsWith("environment/", StringComparison.Ordinal);
    }

    private async Task<OperationView> ToItsEndAsync(OperationProgress progress, CancellationToken cancellationToken)
    {
        await View(progress.Operation).ShowAsync(EventsAsync(progress, cancellationToken), progress, cancellationToken);
        return await invocation.Client.GetOperationAsync(progress.Operation.Id, cancellationToken);
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

    private ExitCode ShowStarted(OperationView operation)
    {
        invocation.Show(operation, ApiJson.Default.OperationView, (view, output) => output.WriteLine(view.Id));
        invocation.Suggest($"cld op watch {operation.Id}");
        return ExitCode.Ok;
    }

    private ExitCode ShowDetached(OperationProgress progress)
    {
        var operation = progress.Operation;
        Show(SummaryOf(operation, progress, "detached", ExitCode.Interrupted));
        context.Error.WriteLine($"\nDetached. {operation.Id} ({operation.Action} of {operation.Subject}) goes on.");
        context.Error.WriteLine($"→ {context.Program} op watch {operation.Id}    to come back");
        if (progress.IsUndone)
            context.Error.WriteLine($"→ {context.Program} op cancel {operation.Id} --keep   to undo it no further");
        else if (operation.Action != "delete" && progress.State != "finishing")
            context.Error.WriteLine($"→ {context.Program} op cancel {operation.Id}   to stop and undo it");
        return ExitCode.Interrupted;
    }

    private bool IsStructured => global.Progress == "json" || global.Format is OutputFormat.Json or OutputFormat.Yaml;

    private OperationSummary SummaryOf(OperationView operation, OperationProgress progress, string result, ExitCode exit) => new(
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

    private void Show(OperationSummary summary)
    {
        if (global.Progress == "json")
            context.Output.WriteLine(JsonSerializer.Serialize(summary, CliJson.Default.OperationSummary));
        else if (IsStructured)
            Structured.Write(summary, CliJson.Default.OperationSummary, global.Format, context.Output);
    }
}

using CaaStle.Api;
using CaaStle.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CaaStle.Cli.Progress;

/// <summary>A tree that is drawn again and again in place: the subject, below it one line for each step.</summary>
internal sealed class TreeView(CommandContext context, bool color) : IProgressView
{
    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(125);
    private static readonly string[] Spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

    private int frame;

    public async Task ShowAsync(IAsyncEnumerable<EventView> events, OperationProgress progress, CancellationToken cancellationToken)
    {
        var console = CreateConsole();
        await console.Live(Draw(progress))
            .Overflow(VerticalOverflow.Crop)
            .Cropping(VerticalOverflowCropping.Top)
            .StartAsync(async live =>
            {
                await using var reader = events.GetAsyncEnumerator(cancellationToken);
                using var timer = new PeriodicTimer(FrameInterval, context.Clock);
                var next = reader.MoveNextAsync().AsTask();
                var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                try
                {
                    while (true)
                    {
                        await Task.WhenAny(next, tick);
                        if (tick.IsCompleted)
                        {
                            frame++;
                            live.UpdateTarget(Draw(progress));
                            tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                        }

                        if (!next.IsCompleted)
                            continue;
                        if (!await next)
                            break;
                        next = reader.MoveNextAsync().AsTask();
                    }
                }
                finally
                {
                    live.UpdateTarget(Draw(progress, final: true));
                }
            });
    }

    private IAnsiConsole CreateConsole() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.Yes,
        Out = new TerminalOutput(context),
    });

    /// <summary>What a frame looks like.</summary>
    public IRenderable Draw(OperationProgress progress, bool final = false)
    {
        var now = context.Clock.GetUtcNow();
        var (width, height) = context.TerminalSize();
        var steps = final ? progress.Steps : Fit(progress.Steps, height - 4);
        var keyWidth = steps.Select(step => step.Key.Length + step.Kind.Length + 3).DefaultIfEmpty(0).Max();

        var tree = new Tree(Root(progress, now));
        if (steps.Count < progress.Steps.Count)
            tree.AddNode(new Markup($"[dim]… {progress.Steps.Count - steps.Count} more[/]"));
        foreach (var step in steps)
        {
            var node = tree.AddNode(Line(step, keyWidth, width - 6, now));
            foreach (var line in step.Tail)
                node.AddNode(new Markup($"[dim]{Markup.Escape(Crop(Untrusted.Clean(line), width - 10))}[/]"));
        }

        return tree;
    }

    /// <summary>Those that matter most, when there are more than lines: not the finished ones, then not the waiting ones.</summary>
    private static IReadOnlyList<Step> Fit(IReadOnlyList<Step> steps, int lines)
    {
        if (Lines(steps) <= lines)
            return steps;
        var kept = steps.ToList();
        foreach (var expendable in steps.Where(step => step.State is StepState.Ready or StepState.Deleted or StepState.Kept)
            .Concat(steps.Where(step => step.State == StepState.Waiting).Reverse()))
        {
            if (Lines(kept) < lines)
                break;
            kept.Remove(expendable);
        }

        return kept;

        static int Lines(IEnumerable<Step> steps) => steps.Sum(step => 1 + step.Tail.Count);
    }

    private static Markup Root(OperationProgress progress, DateTimeOffset now)
    {
        var operation = progress.Operation;
        var state = progress.IsConnected ? progress.State : "the connection to the server is lost, trying again";
        return new Markup(
            $"[bold]{Markup.Escape(Untrusted.Clean(operation.Subject))}[/]  {Markup.Escape(operation.Action)}  "
            + $"{Markup.Escape(state)}  [dim]{Times.Duration(now - operation.RequestedAt)}  {Markup.Escape(operation.Id)}[/]");
    }

    private Markup Line(Step step, int keyWidth, int width, DateTimeOffset now)
    {
        var (symbol, word, style) = step.State switch
        {
            StepState.Waiting => ("·", "waiting", "dim"),
            StepState.Working => (Spinner[frame % Spinner.Length], "creating", "yellow"),
            StepState.Ready => ("✓", "ready", "green"),
            StepState.Failed => ("✗", "failed", "red"),
            StepState.Deleting => (Spinner[frame % Spinner.Length], "deleting", "yellow"),
            StepState.Blocked => ("!", "blocked", "red"),
            StepState.Deleted => ("✓", "deleted", "dim"),
            _ => ("✓", "kept", "green"),
        };
        var elapsed = step.Elapsed(now) is { } time && step.Kind != "value" ? Times.Duration(time) : "";
        var name = Untrusted.Clean($"{step.Key} ({step.Kind})").PadRight(keyWidth);
        var left = $"{symbol} {name}  {word,-8}  {elapsed,9}";
        var detail = step.Word == word ? "" : Crop(Untrusted.Clean(step.Word), width - left.Length - 2);
        return new Markup(
            $"[{style}]{Markup.Escape(symbol)}[/] {Markup.Escape(name)}  [{style}]{word,-8}[/]  {elapsed,9}"
            + (detail.Length > 0 ? $"  [dim]{Markup.Escape(detail)}[/]" : ""));
    }

    private static string Crop(string text, int width) => width < 2 ? "" : text.Length <= width ? text : text[..(width - 1)] + "…";

    private sealed class TerminalOutput(CommandContext context) : IAnsiConsoleOutput
    {
        public TextWriter Writer => context.Error;

        public bool IsTerminal => true;

        public int Width => context.TerminalSize().Width;

        public int Height => context.TerminalSize().Height;

        public void SetEncoding(System.Text.Encoding encoding)
        {
            // Always UTF-8.
        }
    }
}

using CaaStle.Api;
using CaaStle.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CaaStle.Cli.Progress;

/// <summary>A tree that is drawn again and again in place: the subject, below it one line for each step.</summary>
internal sealed class TreeView(CommandContext context, bool color) : IProgressView
{
    /// <summary>Columns that a level of the tree takes.</summary>
    private const int Level = 4;

    /// <summary>Terminals that are narrower show the cloud's words rather than the kinds of the objects.</summary>
    private const int WidthForKinds = 100;

    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(125);
    private static readonly string[] Spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

    private int frame;

    public async Task ShowAsync(IAsyncEnumerable<EventView> events, OperationProgress progress, CancellationToken cancellationToken)
    {
        var console = CreateConsole();
        try
        {
            await ShowAsync(console, events, progress, cancellationToken);
        }
        finally
        {
            console.Write(Draw(progress, final: true));
        }
    }

    private async Task ShowAsync(
        IAnsiConsole console, IAsyncEnumerable<EventView> events, OperationProgress progress, CancellationToken cancellationToken) =>
        await console.Live(Draw(progress))
            .AutoClear(true)
            .Overflow(VerticalOverflow.Crop)
            .Cropping(VerticalOverflowCropping.Top)
            .StartAsync(async live =>
            {
                await using var reader = events.GetAsyncEnumerator(cancellationToken);
                using var timer = new PeriodicTimer(FrameInterval, context.Clock);
                var next = reader.MoveNextAsync().AsTask();
                var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
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
            });

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
        var columns = Columns.Of(steps, steps.Max(step => (int?)Sign(step, progress).Word.Length) ?? 0, width);
        var tree = new Tree(Root(progress, now));
        if (steps.Count < progress.Steps.Count)
            tree.AddNode(new Markup($"[dim]… {progress.Steps.Count - steps.Count} more[/]"));
        foreach (var part in steps.GroupBy(PartOf))
        {
            var isAlone = !part.Skip(1).Any();
            IHasTreeNodes parent = isAlone ? tree : tree.AddNode(new Markup(Markup.Escape(Untrusted.Clean(part.Key.Part))));
            foreach (var step in part)
            {
                var (name, level) = isAlone ? (step.Key, 1) : (ObjectKey.InPart(step.Key), 2);
                var node = parent.AddNode(Line(step, Sign(step, progress), name, level, columns, now));
                foreach (var line in step.Tail)
                    node.AddNode(new Markup($"[dim]{Markup.Escape(Crop(Untrusted.Clean(line), width - (4 * Level)))}[/]"));
            }
        }

        return tree;
    }

    /// <summary>What goes has a branch of its own, at the end, though it may be called as what comes.</summary>
    private static (string Part, bool Removes) PartOf(Step step) => (ObjectKey.Part(step.Key), step.Removes);

    private readonly record struct Columns(int Name, int Kind, int Word, int Width)
    {
        private const int CommonWord = 8;

        public static Columns Of(IReadOnlyList<Step> steps, int longestWord, int width) => new(
            steps.GroupBy(PartOf)
                .SelectMany(part => part.Skip(1).Any() ? part.Select(step => ObjectKey.InPart(step.Key).Length + Level) : part.Select(step => step.Key.Length))
                .DefaultIfEmpty(0)
                .Max(),
            width < WidthForKinds ? 0 : steps.Select(step => step.Kind.Length).DefaultIfEmpty(0).Max(),
            Math.Max(longestWord, CommonWord),
            width);
    }

    /// <summary>Those that matter most, when there are more than lines: not the finished ones, then not the waiting ones.</summary>
    private static IReadOnlyList<Step> Fit(IReadOnlyList<Step> steps, int lines)
    {
        lines -= steps.Select(PartOf).Distinct().Count();
        if (Lines(steps) <= lines)
            return steps;
        var kept = steps.ToList();
        foreach (var expendable in steps.Where(step => step.State == StepState.Unchanged)
            .Concat(steps.Where(step => step.State is StepState.Ready or StepState.Deleted or StepState.Kept))
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
        var state = !progress.IsConnected ? "the connection to the server is lost, trying again"
            : progress.StartedAfter is { } cause ? $"started again after: {Untrusted.Clean(cause)}"
            : progress.State;
        return new Markup(
            $"[bold]{Markup.Escape(Untrusted.Clean(operation.Subject))}[/]  {Markup.Escape(operation.Action)}  "
            + $"{Markup.Escape(state)}  [dim]{Times.Duration(now - operation.RequestedAt)}  {Markup.Escape(operation.Id)}[/]");
    }

    private (string Symbol, string Word, string Style) Sign(Step step, OperationProgress progress)
    {
        var spinner = Spinner[frame % Spinner.Length];
        return (step.State, step.Work) switch
        {
            (StepState.Waiting, _) when step.Removes => ("·", progress.IsUndone || progress.State == "kept" ? "stays" : "to go", "dim"),
            (StepState.Waiting, _) => ("·", "waiting", "dim"),
            (StepState.Working, StepWork.Change) => (spinner, "changing", "yellow"),
            (StepState.Working, StepWork.Replace) => (spinner, "replacing", "yellow"),
            (StepState.Working, StepWork.Restore) => (spinner, "restoring", "yellow"),
            (StepState.Working, _) => (spinner, "creating", "yellow"),
            (StepState.Ready, StepWork.Change) => ("✓", "changed", "green"),
            (StepState.Ready, StepWork.Replace) => ("✓", "replaced", "green"),
            (StepState.Ready, StepWork.Restore) => ("✓", "restored", "green"),
            (StepState.Ready, _) => ("✓", "ready", "green"),
            (StepState.Unchanged, _) => ("=", "unchanged", "dim"),
            (StepState.Failed, _) => ("✗", "failed", "red"),
            (StepState.Deleting, _) => (spinner, "deleting", "yellow"),
            (StepState.Blocked, _) => ("!", "blocked", "red"),
            (StepState.Deleted, _) => ("✓", "deleted", "dim"),
            (StepState.Forgotten, _) => ("✓", "forgotten", "dim"),
            _ => ("✓", "kept", "green"),
        };
    }

    private static Markup Line(
        Step step, (string Symbol, string Word, string Style) sign, string name, int level, Columns columns, DateTimeOffset now)
    {
        var (symbol, word, style) = sign;
        var elapsed = step.Elapsed(now) is { } time && step.Kind != "value" && step.State != StepState.Unchanged ? Times.Duration(time) : "";
        name = Untrusted.Clean(name).PadRight(columns.Name - ((level - 1) * Level));
        var kind = columns.Kind == 0 ? "" : $"  {Untrusted.Clean(step.Kind).PadRight(columns.Kind)}";
        var padded = word.PadRight(columns.Word);
        var left = (level * Level) + $"{symbol} {name}{kind}  {padded}  {elapsed,9}".Length;
        var detail = step.Word == word ? "" : Crop(Untrusted.Clean(step.Word), columns.Width - left - 3);
        return new Markup(
            $"[{style}]{Markup.Escape(symbol)}[/] {Markup.Escape(name)}[dim]{Markup.Escape(kind)}[/]  [{style}]{padded}[/]  {elapsed,9}"
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

using CaaStle.Api;

namespace CaaStle.Cli.Progress;

internal enum StepState
{
    Waiting,
    Working,
    Ready,
    Failed,
    Deleting,
    Blocked,
    Deleted,
    Kept,
}

/// <summary>One object of the operation, as far as the events tell.</summary>
internal sealed class Step(string key, string kind)
{
    public const int TailLength = 5;

    private readonly Queue<string> tail = new();

    public string Key => key;

    public string Kind { get; set; } = kind;

    public string? Identity { get; set; }

    public StepState State { get; private set; }

    /// <summary>The cloud's word for where it is, or a reason.</summary>
    public string Word { get; set; } = "";

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>The last lines that it wrote.</summary>
    public IReadOnlyCollection<string> Tail => tail;

    public bool IsUnderWay => State is StepState.Working or StepState.Deleting or StepState.Blocked;

    public void Enter(StepState state, DateTimeOffset at, string? word)
    {
        var wasUnderWay = IsUnderWay;
        State = state;
        Word = word ?? "";
        if (IsUnderWay)
        {
            StartedAt = wasUnderWay ? StartedAt ?? at : at;
            EndedAt = null;
        }
        else
        {
            StartedAt ??= at;
            EndedAt = at;
            tail.Clear();
        }
    }

    public void Write(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            tail.Enqueue(line);
            if (tail.Count > TailLength)
                tail.Dequeue();
        }
    }

    public TimeSpan? Elapsed(DateTimeOffset now) => StartedAt is null ? null : (EndedAt ?? now) - StartedAt;
}

/// <summary>What an operation's events add up to. All ways of showing it read this.</summary>
internal sealed class OperationProgress(OperationView operation)
{
    private readonly Dictionary<string, Step> byKey = [];
    private readonly List<Step> steps = [];

    public OperationView Operation => operation;

    public IReadOnlyList<Step> Steps => steps;

    public string State { get; private set; } = operation.State;

    public bool IsConnected { get; private set; } = true;

    public FailureView? Failure { get; private set; }

    /// <summary>The cloud was asked for what carries the subject's marks, and had nothing but what is kept on purpose.</summary>
    public bool NothingIsLeft { get; private set; }

    public void Apply(EventView e)
    {
        switch (e.Type)
        {
            case "operation-started":
                State = "running";
                break;
            case "operation-planned":
                foreach (var planned in e.Steps ?? [])
                {
                    var step = StepOf(planned.Key, planned.Kind);
                    step.Identity ??= planned.Identity;
                }

                break;
            case "operation-failing":
                Failure = e.Failure;
                State = "rolling-back";
                break;
            case "cancel-requested":
                State = "cancelling";
                break;
            case "leftovers-checked":
                NothingIsLeft = e.Lines is null or { Count: 0 } && steps.All(step => step.State != StepState.Kept);
                break;
            case OperationEvents.Ended:
                State = e.Detail ?? "ended";
                break;
            case OperationEvents.ConnectionLost:
                IsConnected = false;
                break;
            case OperationEvents.ConnectionRestored:
                IsConnected = true;
                break;
            default:
                if (e.Key is { } key)
                    Apply(e, StepOf(key, e.Kind ?? ""));
                break;
        }
    }

    private static void Apply(EventView e, Step step)
    {
        if (e.Kind is { Length: > 0 })
            step.Kind = e.Kind;
        step.Identity = e.Identity ?? step.Identity;
        switch (e.Type)
        {
            case "object-intended":
                step.Enter(StepState.Working, e.At, e.Detail);
                break;
            case "object-progressed":
                step.Word = e.Detail ?? "";
                break;
            case "object-logged":
                step.Write(e.Lines ?? []);
                break;
            case "value-generated" or "object-ready":
                step.Enter(StepState.Ready, e.At, e.Detail);
                break;
            case "object-failed":
                step.Enter(StepState.Failed, e.At, e.Detail ?? e.Failure?.Cause);
                break;
            case "object-deleting":
                step.Enter(StepState.Deleting, e.At, e.Detail);
                break;
            case "object-blocked":
                step.Enter(StepState.Blocked, e.At, e.Detail);
                break;
            case "object-deleted":
                step.Enter(StepState.Deleted, e.At, e.Detail);
                break;
            case "object-kept":
                step.Enter(StepState.Kept, e.At, e.Detail);
                break;
        }
    }

    /// <summary>What is different in the cloud now.</summary>
    public IReadOnlyList<Change> Changes() =>
    [
        .. steps
            .Where(step => step.Kind != "value")
            .Select(step => (step, Word: step.State switch
            {
                StepState.Ready => "created",
                StepState.Deleted when operation.Action == "delete" => "deleted",
                StepState.Deleted => "undone",
                StepState.Kept => "kept",
                StepState.Waiting => null,
                _ => "left",
            }))
            .Where(change => change.Word is not null)
            .Select(change => new Change(change.step.Key, change.step.Kind, change.step.Identity, change.Word!)),
    ];

    private Step StepOf(string key, string kind)
    {
        if (!byKey.TryGetValue(key, out var step))
            steps.Add(byKey[key] = step = new Step(key, kind));
        return step;
    }
}

/// <param name="Kind">Of the object: <c>docker/volume</c>.</param>
/// <param name="What">created, deleted, undone (created and deleted again), kept (on purpose) or left (not finished).</param>
internal sealed record Change(string Key, string Kind, string? Identity, string What);

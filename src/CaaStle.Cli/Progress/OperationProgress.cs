using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Progress;

/// <summary>What an operation's events add up to. All ways of showing it read this.</summary>
internal sealed class OperationProgress(OperationView operation)
{
    private readonly Dictionary<string, Step> byKey = [];
    private readonly List<Step> steps = [];
    private readonly Dictionary<string, Step> removalsByKey = [];
    private readonly List<Step> removals = [];

    public OperationView Operation => operation;

    /// <summary>What goes is at the end.</summary>
    public IReadOnlyList<Step> Steps => [.. steps, .. removals];

    public string State { get; private set; } = operation.State;

    public bool IsConnected { get; private set; } = true;

    public FailureView? Failure { get; private set; }

    /// <summary>Why it was started again, as long as nothing has happened since.</summary>
    public string? StartedAfter { get; private set; }

    /// <summary>It will not do what was asked for.</summary>
    public bool IsUndone => State is "rolling-back" or "rolled-back" or "cancelling";

    /// <summary>Something that it made has written lines.</summary>
    public bool HasLogged { get; private set; }

    /// <summary>The cloud was asked for what carries the subject's marks, and had nothing but what is kept on purpose.</summary>
    public bool NothingIsLeft { get; private set; }

    public void Apply(EventView e)
    {
        StartedAfter = e is { Type: "operation-started", Lines: [var cause, ..] } ? cause : null;
        switch (e.Type)
        {
            case "operation-started":
                State = "running";
                break;
            case "operation-planned":
                foreach (var planned in e.Steps ?? [])
                {
                    var step = planned.Removes ? RemovalOf(planned.Key, planned.Kind) : StepOf(planned.Key, planned.Kind);
                    step.Identity ??= planned.Identity;
                }

                break;
            case "operation-failing":
                Failure = e.Failure;
                State = "rolling-back";
                break;
            case "operation-committed":
                State = "finishing";
                Commit(e.Lines ?? [], e.At);
                break;
            case "cancel-requested":
                State = e.Detail == OperationEvents.Keep ? State : "cancelling";
                break;
            case "leftovers-checked":
                NothingIsLeft = e.Lines is null or { Count: 0 } && steps.All(step => step.State != StepState.Kept);
                break;
            case "log-kept":
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
                    Apply(e, removalsByKey.GetValueOrDefault(key) ?? StepOf(ObjectKey.InPlan(key), e.Kind ?? ""));
                break;
        }
    }

    private void Apply(EventView e, Step step)
    {
        if (e.Kind is { Length: > 0 })
            step.Kind = e.Kind;
        step.Identity = e.Identity ?? step.Identity;
        step.ObjectKey = e.Key;
        switch (e.Type)
        {
            case "object-intended":
                step.Begin(StepWork.Create, e.At);
                break;
            case "object-changing":
                step.Begin(StepWork.Change, e.At);
                break;
            case "object-replacing":
                step.Begin(StepWork.Replace, e.At);
                break;
            case "object-restoring":
                step.Begin(StepWork.Restore, e.At);
                break;
            case "object-progressed":
                step.Word = e.Detail ?? "";
                break;
            case "object-logged":
                HasLogged = true;
                step.Write(e.Lines ?? []);
                break;
            case "object-ready" when step.Work == StepWork.None:
                step.Enter(StepState.Unchanged, e.At, null);
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
            case "object-deleted" when step is { Work: StepWork.Replace, State: StepState.Working or StepState.Blocked }:
                step.Begin(StepWork.Replace, e.At);
                break;
            case "object-deleted":
                step.Enter(StepState.Deleted, e.At, e.Detail);
                break;
            case "object-forgotten":
                step.Enter(StepState.Forgotten, e.At, e.Detail);
                break;
            case "object-kept":
                step.Enter(StepState.Kept, e.At, e.Detail);
                break;
        }
    }

    /// <summary>What is different in the cloud now.</summary>
    public IReadOnlyList<Change> Changes() => operation.Action == "run" ? [] :
    [
        .. Steps
            .Where(step => step.Kind != "value")
            .Select(step => (step, What: step.Effect(operation.Action == "delete")))
            .Where(change => change.What is not null)
            .Select(change => new Change(change.step.Key, change.step.Kind, change.step.Identity, change.What!)),
    ];

    /// <param name="retiring">Keys of the objects that go.</param>
    private void Commit(IReadOnlyList<string> retiring, DateTimeOffset at)
    {
        foreach (var step in steps.Where(step => step.State == StepState.Waiting))
            step.Enter(StepState.Unchanged, at, null);
        foreach (var key in retiring)
        {
            // A command that has run goes itself.
            var step = byKey.GetValueOrDefault(ObjectKey.InPlan(key));
            if (step?.ObjectKey != key)
                RemovalOf(key, step?.Kind ?? "");
        }
    }

    private Step StepOf(string key, string kind)
    {
        if (!byKey.TryGetValue(key, out var step))
            steps.Add(byKey[key] = step = new Step(key, kind));
        return step;
    }

    private Step RemovalOf(string key, string kind)
    {
        if (!removalsByKey.TryGetValue(key, out var step))
            removals.Add(removalsByKey[key] = step = new Step(key, kind) { Removes = true });
        return step;
    }
}

/// <param name="Kind">Of the object: <c>docker/volume</c>.</param>
/// <param name="What">
/// created, changed, replaced, restored (is again what it was), deleted, undone (created and deleted again), forgotten (was not there),
/// kept (on purpose) or left (not finished).
/// </param>
internal sealed record Change(string Key, string Kind, string? Identity, string What);

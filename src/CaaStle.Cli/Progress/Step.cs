namespace CaaStle.Cli.Progress;

internal enum StepState
{
    Waiting,
    Working,
    Ready,

    /// <summary>It was as it should be, and nothing was done.</summary>
    Unchanged,
    Failed,
    Deleting,
    Blocked,
    Deleted,

    /// <summary>It was not there, and the record of it is given up.</summary>
    Forgotten,
    Kept,
}

/// <summary>What is done with an object so that it is as it should be.</summary>
internal enum StepWork
{
    None,
    Create,
    Change,

    /// <summary>It is deleted, and another of its name is made.</summary>
    Replace,

    /// <summary>It becomes again what it was.</summary>
    Restore,
}

/// <summary>One object of the operation, as far as the events tell.</summary>
internal sealed class Step(string key, string kind)
{
    public const int TailLength = 5;

    private readonly Queue<string> tail = new();

    /// <summary>In the plan.</summary>
    public string Key => key;

    /// <summary>Of the object that stands for the step: the key, or <c>key#2</c> where it is made beside the one that it is to replace.</summary>
    public string? ObjectKey { get; set; }

    /// <summary>The object is not needed any more and goes when all else is ready.</summary>
    public bool Removes { get; init; }

    public string Kind { get; set; } = kind;

    public string? Identity { get; set; }

    public StepState State { get; private set; }

    public StepWork Work { get; private set; }

    /// <summary>The cloud's word for where it is, or a reason.</summary>
    public string Word { get; set; } = "";

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>The last lines that it wrote.</summary>
    public IReadOnlyCollection<string> Tail => tail;

    public bool IsUnderWay => State is StepState.Working or StepState.Deleting or StepState.Blocked;

    /// <summary>What is different in the cloud because of it; null when nothing is.</summary>
    public string? Effect(bool isDeletion) => (State, Work) switch
    {
        (StepState.Waiting or StepState.Unchanged, _) => null,
        (StepState.Ready, StepWork.Change) => "changed",
        (StepState.Ready, StepWork.Replace) => "replaced",
        (StepState.Ready or StepState.Failed, StepWork.Restore) => "restored",
        (StepState.Ready, _) => "created",
        (StepState.Deleted, _) => isDeletion || Removes ? "deleted" : "undone",
        (StepState.Forgotten, _) => "forgotten",
        (StepState.Kept, _) => "kept",
        _ => "left",
    };

    public void Begin(StepWork work, DateTimeOffset at)
    {
        // What is made in place of what had to go is a replacement still.
        Work = work == StepWork.Create && Work == StepWork.Replace ? Work : work;
        Enter(StepState.Working, at, null);
    }

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

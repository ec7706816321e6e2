namespace CaaStle.Abstractions;

/// <summary>What reading a cloud object found.</summary>
public enum Condition
{
    /// <summary>The cloud answered that there is no such object. Never inferred from an error.</summary>
    Absent,

    /// <summary>It exists and is on its way to being ready (or to being gone).</summary>
    InProgress,

    /// <summary>It exists and works.</summary>
    Ready,

    /// <summary>It exists and cannot become ready by itself.</summary>
    Failed,

    /// <summary>Something of that identity exists that we did not make: it is never touched.</summary>
    Foreign,
}

/// <summary>A judgement of what was read. Made by the factory methods of <see cref="Observation"/>.</summary>
/// <param name="Condition">What was found.</param>
/// <param name="State">The object's state when ready; what is known of it otherwise.</param>
/// <param name="Word">The cloud's own word or reason ("creating", "exited with code 1"), one line.</param>
/// <param name="LastLog">The object's last log lines when it failed, oldest first.</param>
public sealed record Observation<TState>(Condition Condition, TState? State, string Word, IReadOnlyList<string> LastLog)
{
    /// <summary>When to ask again, where the handler knows better than the engine's own pace.</summary>
    public TimeSpan? AskAgainAfter { get; init; }

    /// <summary>
    /// The object exists in part, or is not yet what its specification says: creating again completes it. Said also of what has failed, where
    /// its cloud can still change it: whether it is well is asked once it is what it should be.
    /// </summary>
    public bool NeedsCreate { get; init; }

    /// <summary>What a command that failed ended with.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The same for who does not know the state's type.</summary>
    public Observation<object> ToUntyped() =>
        new(Condition, State, Word, LastLog) { AskAgainAfter = AskAgainAfter, NeedsCreate = NeedsCreate, ExitCode = ExitCode };
}

public static class Observation
{
    public static Observation<TState> Absent<TState>() => new(Condition.Absent, default, "absent", []);

    public static Observation<TState> InProgress<TState>(string word, TState? state = default) => new(Condition.InProgress, state, word, []);

    public static Observation<TState> Ready<TState>(TState state, string word = "ready") => new(Condition.Ready, state, word, []);

    public static Observation<TState> Failed<TState>(string reason, IReadOnlyList<string>? lastLog = null, TState? state = default) =>
        new(Condition.Failed, state, reason, lastLog ?? []);

    public static Observation<TState> Foreign<TState>(string owner) => new(Condition.Foreign, default, owner, []);
}

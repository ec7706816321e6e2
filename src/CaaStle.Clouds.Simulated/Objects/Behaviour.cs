namespace CaaStle.Clouds.Simulated;

/// <summary>What an object is told to do, and the cloud to do with calls about it.</summary>
public sealed record Behaviour
{
    public static readonly Behaviour Plain = new();

    public double ReadySeconds { get; init; }

    /// <summary>What the cloud says that it is until it is ready, one after the other.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    /// <summary>When it breaks; null for never.</summary>
    public double? FailsSeconds { get; init; }

    public string FailureReason { get; init; } = "it was told to fail";

    /// <summary>How long its deletion takes; null for what all take.</summary>
    public double? DeletionSeconds { get; init; }

    /// <summary>When somebody else deletes it; null for never.</summary>
    public double? VanishesSeconds { get; init; }

    /// <summary>Why the cloud never makes it; null where it does.</summary>
    public string? Refused { get; init; }

    /// <summary>Somebody else has its name.</summary>
    public bool IsTaken { get; init; }

    /// <summary>How many calls about it are first answered that there are too many.</summary>
    public long Throttled { get; init; }

    public double RetrySeconds { get; init; }

    /// <summary>How many calls about it first fail by an error that passes.</summary>
    public long Errors { get; init; }

    /// <summary>How many calls that change it are first applied without an answer.</summary>
    public long LostAnswers { get; init; }
}

using System.Text.Json.Serialization;

namespace CaaStle.Engine.Journal;

public enum SubjectKind
{
    Environment,
    Container,
    Application,
}

/// <summary>What operations work on: an environment, a container or an application, by name.</summary>
public sealed record SubjectKey(SubjectKind Kind, string Name)
{
    public static SubjectKey Environment(string name) => new(SubjectKind.Environment, name);

    public static SubjectKey Container(string name) => new(SubjectKind.Container, name);

    public static SubjectKey Application(string name) => new(SubjectKind.Application, name);

    /// <summary><c>environment/orders</c>.</summary>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}/{Name}";
}

/// <summary>Derived from the journal (<see cref="Projection"/>), never set by hand.</summary>
public enum SubjectStatus
{
    Creating,
    Available,

    /// <summary>Its creation failed or was cancelled and is being undone.</summary>
    RollingBack,

    /// <summary>Its creation failed and the user asked to keep what was made.</summary>
    CreateFailed,

    Updating,

    /// <summary>A change of it failed and the user asked to keep what was made.</summary>
    UpdateFailed,

    /// <summary>On request nothing of it runs; its data and its address are kept.</summary>
    Stopped,

    Deleting,
}

/// <summary>What holds for a subject besides its definition.</summary>
public sealed record Desired
{
    /// <summary>Which revision of the definition is in force: 1, 2, 3, ...</summary>
    public int Revision { get; init; } = 1;

    /// <summary>What scaling asked for; null for what the definition says.</summary>
    public int? Replicas { get; init; }

    /// <summary>Nothing of it runs; data is kept.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Nothing of an application runs because its environment is paused; it runs again when that is resumed.</summary>
    public bool IsPaused { get; init; }

    /// <summary>By container name in the application: the image reference that the name stood for when the revision was made.</summary>
    public IReadOnlyDictionary<string, string> Images { get; init; } = new Dictionary<string, string>();

    /// <summary>Of an application: which revision of its environment its bindings were resolved with.</summary>
    public int EnvironmentRevision { get; init; } = 1;

    /// <summary>By part: how often its data was replaced, from 1; parts where it never was are left out.</summary>
    public IReadOnlyDictionary<string, int> Generations { get; init; } = new Dictionary<string, int>();
}

/// <summary>An environment, container or application that exists, or of which something exists.</summary>
/// <param name="Id">Identifies this life of the subject; six lower-case letters and digits.</param>
/// <param name="Cloud">The cloud that it is on.</param>
/// <param name="Type">The COE's type, or the registry's.</param>
/// <param name="Environment">The environment that an application runs in; null for others.</param>
/// <param name="Definition">What it was made from: the YAML text, or for a container the registry's request as JSON.</param>
/// <param name="Outputs">By part, then by name; secrets are protected by the vault.</param>
/// <param name="CreatedBy">Who asked for it.</param>
/// <param name="ExpiresAt">When it is to be deleted by itself; null for never.</param>
public sealed record SubjectRecord(
    SubjectKey Key,
    string Id,
    SubjectStatus Status,
    string Cloud,
    string Type,
    string? Environment,
    string Definition,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> Outputs,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    Desired Desired,
    DateTimeOffset? ExpiresAt)
{
    /// <summary>Whether something of the part was missing, was accepted as that, and has not been made again.</summary>
    public bool HasForgotten(string part) => Outputs.TryGetValue(part, out var values) && values.Values.Any(value => value.Forgotten);
}

/// <summary>A value at rest: the text itself, or, when secret, what <see cref="Ports.ISecretVault"/> made of it.</summary>
/// <param name="Forgotten">It was true of something that was missing, and that somebody has accepted to be missing.</param>
public sealed record StoredValue(
    string Text, bool Secret, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Forgotten = false);

using System.Collections.ObjectModel;

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

    Deleting,

    /// <summary>It is there, and being made into another.</summary>
    Updating,

    /// <summary>Its update failed and the user asked to keep what was made.</summary>
    UpdateFailed,

    /// <summary>It is there, and nothing of it runs.</summary>
    Stopped,
}

/// <summary>What a subject is to be like, besides its definition.</summary>
/// <param name="Revision">Which revision of the definition is in force: 1, 2, 3, ...</param>
/// <param name="Replicas">What scaling asked for; null for what the definition says.</param>
/// <param name="IsStopped">Nothing of it runs; data is kept.</param>
/// <param name="Images">By container name in the application: the image reference that the name stood for when the revision was made.</param>
/// <param name="Generations">By part: how often its data was replaced, where more than once.</param>
public sealed record Desired(
    int Revision = 1,
    int? Replicas = null,
    bool IsStopped = false,
    IReadOnlyDictionary<string, string>? Images = null,
    IReadOnlyDictionary<string, int>? Generations = null)
{
    // The defaults are the constructor's, because generated deserialization does not see those of properties that are init-only.
    public IReadOnlyDictionary<string, string> Images { get; init; } = Images ?? ReadOnlyDictionary<string, string>.Empty;

    public IReadOnlyDictionary<string, int> Generations { get; init; } = Generations ?? ReadOnlyDictionary<string, int>.Empty;
}

/// <summary>An environment, container or application that exists, or of which something exists.</summary>
/// <param name="Id">Identifies this life of the subject; six lower-case letters and digits.</param>
/// <param name="Cloud">The cloud that it is on.</param>
/// <param name="Type">The COE's type, or the registry's.</param>
/// <param name="Environment">The environment that an application runs in; null for others.</param>
/// <param name="Definition">What it was made from: the YAML text, or for a container the registry's request as JSON.</param>
/// <param name="Outputs">By part, then by name; secrets are protected by the vault.</param>
/// <param name="CreatedBy">Who asked for it.</param>
/// <param name="ExpiresAt">When it is to be deleted; null for never.</param>
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
    DateTimeOffset? ExpiresAt);

/// <summary>A value at rest: the text itself, or, when secret, what <see cref="Ports.ISecretVault"/> made of it.</summary>
public sealed record StoredValue(string Text, bool Secret);

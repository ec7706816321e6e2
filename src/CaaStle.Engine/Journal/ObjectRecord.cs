using System.Text.Json.Serialization;

namespace CaaStle.Engine.Journal;

public enum ObjectStatus
{
    /// <summary>A create call may have been made.</summary>
    Intended,
    Ready,

    /// <summary>A call that changes it in place may have been made.</summary>
    Changing,
    Deleting,

    /// <summary>Left behind on purpose when its subject was deleted, because it holds data.</summary>
    Kept,
}

/// <summary>A cloud object that exists or may exist: all that is needed to delete it (Rule 5).</summary>
/// <param name="Operation">The operation that intended it; its marks carry this.</param>
/// <param name="Key">
/// Unique within the subject's life: the key in the blueprint, with <c>#2</c>, <c>#3</c>, ... behind it where the object stands beside one
/// that it is to replace.
/// </param>
/// <param name="Kind">The handler's kind.</param>
/// <param name="Spec">The evaluated specification as JSON, secrets protected.</param>
/// <param name="State">The object's state when it was last ready, as JSON, secrets protected; null before.</param>
/// <param name="DependsOn">Keys of the objects that must outlive it.</param>
public sealed record ObjectRecord(
    SubjectKey Subject,
    string SubjectId,
    string Operation,
    string Key,
    string Kind,
    string Identity,
    string Spec,
    string? State,
    IReadOnlyList<string> DependsOn,
    bool HoldsData,
    ObjectStatus Status)
{
    /// <summary>The object's key in the blueprint.</summary>
    [JsonIgnore]
    public string BlueprintKey => Key.IndexOf('#', StringComparison.Ordinal) is var mark and >= 0 ? Key[..mark] : Key;

    /// <summary>The part that an object is of: <c>mysql.orders</c> of <c>mysql.orders/volume</c>; empty for what belongs to the subject itself.</summary>
    public static string PartOf(string key) => key.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? key[..slash] : "";
}

internal static class ObjectRecords
{
    /// <summary>
    /// The one that stands for a node of a blueprint. What failed and was kept can have left one beside another: going back to what the older
    /// one is does not make a second of it.
    /// </summary>
    /// <param name="ofNode">All of the node, oldest first.</param>
    /// <param name="identity">What it is to be; null where that is not known yet.</param>
    public static ObjectRecord? StandingFor(this IEnumerable<ObjectRecord> ofNode, string? identity) =>
        ofNode.LastOrDefault(item => item.Identity == identity) ?? ofNode.LastOrDefault();
}

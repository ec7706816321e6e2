using System.Text.Json.Serialization;
using CaaStle.Abstractions;

namespace CaaStle.Engine.Journal;

/// <summary>
/// One fact about an operation. Facts are only ever appended. They are kept as JSON by the names given here, so names and properties
/// stay for ever; later versions may add. No entry carries a secret in the clear.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OperationQueued), "operation-queued")]
[JsonDerivedType(typeof(OperationStarted), "operation-started")]
[JsonDerivedType(typeof(OperationPlanned), "operation-planned")]
[JsonDerivedType(typeof(CancelRequested), "cancel-requested")]
[JsonDerivedType(typeof(OperationFailing), "operation-failing")]
[JsonDerivedType(typeof(OperationCommitted), "operation-committed")]
[JsonDerivedType(typeof(OperationEnded), "operation-ended")]
[JsonDerivedType(typeof(LeftoversChecked), "leftovers-checked")]
[JsonDerivedType(typeof(ValueGenerated), "value-generated")]
[JsonDerivedType(typeof(ObjectIntended), "object-intended")]
[JsonDerivedType(typeof(ObjectChanging), "object-changing")]
[JsonDerivedType(typeof(ObjectReplacing), "object-replacing")]
[JsonDerivedType(typeof(ObjectRestoring), "object-restoring")]
[JsonDerivedType(typeof(ObjectProgressed), "object-progressed")]
[JsonDerivedType(typeof(ObjectLogged), "object-logged")]
[JsonDerivedType(typeof(ObjectReady), "object-ready")]
[JsonDerivedType(typeof(ObjectFailed), "object-failed")]
[JsonDerivedType(typeof(ObjectDeleting), "object-deleting")]
[JsonDerivedType(typeof(ObjectBlocked), "object-blocked")]
[JsonDerivedType(typeof(ObjectDeleted), "object-deleted")]
[JsonDerivedType(typeof(ObjectForgotten), "object-forgotten")]
[JsonDerivedType(typeof(ObjectKept), "object-kept")]
[JsonDerivedType(typeof(LogKept), "log-kept")]
public abstract record JournalEntry;

/// <summary>The request was accepted; first entry of every operation.</summary>
public sealed record OperationQueued(string RequestedBy) : JournalEntry;

/// <param name="Resumed">The server had stopped in the middle and takes the operation up again.</param>
/// <param name="Cause">Why the run before broke off; null where it did not, or in another process.</param>
public sealed record OperationStarted(
    bool Resumed, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cause = null) : JournalEntry;

/// <param name="Steps">What the operation will do, each step after those that it depends on.</param>
public sealed record OperationPlanned(IReadOnlyList<PlannedStep> Steps) : JournalEntry;

/// <param name="Kind">The object's kind; <c>value</c> for a generated value.</param>
public sealed record PlannedStep(string Key, string Kind, IReadOnlyList<string> DependsOn)
{
    public const string GeneratedValue = "value";

    /// <summary>The object is not needed any more and goes when all others are ready.</summary>
    public bool Removes { get; init; }
}

public sealed record CancelRequested(string By) : JournalEntry
{
    /// <summary>What is being undone is not to be undone any further: what is there is kept.</summary>
    public bool Keep { get; init; }
}

/// <summary>It cannot succeed any more. What follows undoes it, unless what was made is to be kept.</summary>
public sealed record OperationFailing(Failure Failure) : JournalEntry;

/// <summary>Everything is ready: from here on the operation only goes forward, and takes away what is not needed any more.</summary>
/// <param name="Outputs">Of the subject from now on, by part and name.</param>
/// <param name="Retiring">Keys of the objects that go.</param>
public sealed record OperationCommitted(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> Outputs, IReadOnlyList<string> Retiring) : JournalEntry;

/// <param name="State">One of the three ends.</param>
/// <param name="Outputs">Of a subject that is now available, by part and name.</param>
public sealed record OperationEnded(
    OperationState State, IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> Outputs) : JournalEntry;

/// <summary>The cloud was asked for everything with the subject's marks.</summary>
/// <param name="Left">What it still has, kept objects aside; the operation goes on until there is nothing.</param>
public sealed record LeftoversChecked(IReadOnlyList<string> Left) : JournalEntry;

/// <param name="ProtectedValue">What the vault made of the value.</param>
public sealed record ValueGenerated(string Key, string ProtectedValue) : JournalEntry;

/// <summary>Durable before the first call that could create the object (Rule 1).</summary>
public sealed record ObjectIntended(
    string Key, string Kind, string Identity, string Spec, IReadOnlyList<string> DependsOn, bool HoldsData) : JournalEntry;

/// <summary>Durable before the first call that could change the object in place.</summary>
/// <param name="Spec">What it is to become.</param>
/// <param name="Previous">What it was, to be changed back to when the operation fails.</param>
public sealed record ObjectChanging(
    string Key, string Spec, IReadOnlyList<string> DependsOn, bool HoldsData, ObjectRecord Previous) : JournalEntry;

/// <summary>The object is deleted to make room for another of the same identity; durable before the first call that could delete it.</summary>
/// <param name="Previous">What it was, to be made again when the operation fails.</param>
public sealed record ObjectReplacing(string Key, ObjectRecord Previous) : JournalEntry;

/// <summary>The object is brought back to what the record says; durable before the first call that could create or change it.</summary>
public sealed record ObjectRestoring(string Key, ObjectRecord Previous) : JournalEntry;

/// <param name="Word">The cloud's word for where the object is on its way, or why the cloud gives no answer.</param>
public sealed record ObjectProgressed(string Key, string Word) : JournalEntry;

/// <param name="Lines">What a long call wrote meanwhile.</param>
public sealed record ObjectLogged(string Key, IReadOnlyList<string> Lines) : JournalEntry;

public sealed record ObjectReady(string Key, string State, string Word) : JournalEntry
{
    /// <summary>What the object needs from now on, where that may have changed; null where it is as it was.</summary>
    public IReadOnlyList<string>? DependsOn { get; init; }
}

public sealed record ObjectFailed(string Key, string Reason, IReadOnlyList<string> LastLog) : JournalEntry;

/// <summary>The last lines of the object's log, kept because the object is about to go.</summary>
public sealed record LogKept(string Key, IReadOnlyList<LogLine> Lines) : JournalEntry;

/// <summary>Durable before the first call that could delete the object.</summary>
public sealed record ObjectDeleting(string Key) : JournalEntry;

/// <summary>The cloud refuses or cannot be reached; the engine goes on trying.</summary>
public sealed record ObjectBlocked(string Key, string Reason) : JournalEntry;

/// <summary>A read said that the object is absent, or not ours.</summary>
public sealed record ObjectDeleted(string Key) : JournalEntry;

/// <summary>A read said that the object is absent, or not ours, and the user wants no record of it.</summary>
public sealed record ObjectForgotten(string Key) : JournalEntry;

/// <summary>Left behind on purpose because it holds data.</summary>
public sealed record ObjectKept(string Key, string Identity) : JournalEntry;

/// <summary>An entry with where and when it stands in the journal.</summary>
/// <param name="Position">Strictly increasing over the whole store, with gaps; what an event stream is resumed from.</param>
/// <param name="Sequence">1, 2, 3, ... within the operation.</param>
public sealed record JournalRecord(long Position, string OperationId, long Sequence, DateTimeOffset At, JournalEntry Entry);

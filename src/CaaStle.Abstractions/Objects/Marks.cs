namespace CaaStle.Abstractions;

/// <summary>
/// What every object that we make carries in its labels or tags (Rule 6), so that a scan finds what the journal does not know, and so
/// that an object of the same name that others made is told from ours.
/// </summary>
/// <param name="Installation">Identifies the state store that the object's record is in.</param>
/// <param name="Subject">What the object is part of, as <c>environment/orders</c>, <c>application/shop</c> or <c>container/web</c>.</param>
/// <param name="SubjectId">Identifies this life of the subject: a later one of the same name has another.</param>
/// <param name="Operation">The operation that created the object.</param>
/// <param name="Key">The object's key in its blueprint.</param>
public sealed record Marks(string Installation, string Subject, string SubjectId, string Operation, string Key)
{
    public const string InstallationLabel = "caastle.installation";
    public const string SubjectLabel = "caastle.subject";
    public const string SubjectIdLabel = "caastle.subject-id";
    public const string OperationLabel = "caastle.operation";
    public const string KeyLabel = "caastle.key";

    public IReadOnlyDictionary<string, string> ToLabels() => new Dictionary<string, string>
    {
        [InstallationLabel] = Installation,
        [SubjectLabel] = Subject,
        [SubjectIdLabel] = SubjectId,
        [OperationLabel] = Operation,
        [KeyLabel] = Key,
    };

    /// <summary>Whether an object with these labels is this very part of this very subject, whichever operation made it.</summary>
    public bool Owns(IReadOnlyDictionary<string, string>? labels) =>
        labels is not null
        && labels.TryGetValue(SubjectIdLabel, out var subjectId) && subjectId == SubjectId
        && labels.TryGetValue(KeyLabel, out var key) && key == Key;
}

using System.Data.Common;
using CaaStle.Engine.Journal;

namespace CaaStle.Storage.Relational;

/// <summary>The engine's records from rows; <see cref="Tables"/> writes them.</summary>
internal static class Rows
{
    public static Operation Operation(DbDataReader row) => new(
        row.Text("Id"),
        row.Word<OperationKind>("Kind"),
        row.Subject("Subject"),
        row.Text("SubjectId"),
        [.. StoreJson.Read<IReadOnlyList<string>>(row.Text("Holds")).Select(ColumnText.ReadSubject)],
        StoreJson.Read<OperationRequest>(row.Text("Request")),
        row.Word<OperationState>("State"),
        row.Text("RequestedBy"),
        row.Instant("RequestedAt"),
        row.TextOrNull("CancelledBy"),
        row.TextOrNull("Failure") is { } failure ? StoreJson.Read<Failure>(failure) : null,
        row.InstantOrNull("EndedAt"),
        row.TextOrNull("RequestKey"));

    public static OperationRow OperationRow(DbDataReader row) => new(Operation(row), row.Number("LastSequence"));

    public static JournalRecord JournalRecord(DbDataReader row) => new(
        row.Number("Position"),
        row.Text("OperationId"),
        row.Number("Sequence"),
        row.Instant("At"),
        StoreJson.Read<JournalEntry>(row.Text("Entry")));

    public static SubjectRecord Subject(DbDataReader row) => new(
        row.Subject("Key"),
        row.Text("Id"),
        row.Word<SubjectStatus>("Status"),
        row.Text("Cloud"),
        row.Text("Type"),
        row.TextOrNull("Environment"),
        row.Text("Definition"),
        StoreJson.Read<IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>>>(row.Text("Outputs")),
        row.Instant("CreatedAt"),
        row.Text("CreatedBy"),
        StoreJson.Read<Desired>(row.Text("Desired")),
        row.InstantOrNull("ExpiresAt"));

    public static ObjectRecord Object(DbDataReader row) => new(
        row.Subject("Subject"),
        row.Text("SubjectId"),
        row.Text("Operation"),
        row.Text("Key"),
        row.Text("Kind"),
        row.Text("Identity"),
        row.Text("Spec"),
        row.TextOrNull("State"),
        StoreJson.Read<IReadOnlyList<string>>(row.Text("DependsOn")),
        row.GetBoolean(row.GetOrdinal("HoldsData")),
        row.Word<ObjectStatus>("Status"));

    private static string Text(this DbDataReader row, string column) => row.GetString(row.GetOrdinal(column));

    private static string? TextOrNull(this DbDataReader row, string column) =>
        row.GetOrdinal(column) is var ordinal && row.IsDBNull(ordinal) ? null : row.GetString(ordinal);

    private static long Number(this DbDataReader row, string column) => row.GetInt64(row.GetOrdinal(column));

    private static T Word<T>(this DbDataReader row, string column) where T : struct, Enum => Enum.Parse<T>(row.Text(column));

    private static SubjectKey Subject(this DbDataReader row, string column) => ColumnText.ReadSubject(row.Text(column));

    private static DateTimeOffset Instant(this DbDataReader row, string column) => ColumnText.ReadInstant(row.Text(column));

    private static DateTimeOffset? InstantOrNull(this DbDataReader row, string column) =>
        row.TextOrNull(column) is { } text ? ColumnText.ReadInstant(text) : null;
}

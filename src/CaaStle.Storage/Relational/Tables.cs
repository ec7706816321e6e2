using CaaStle.Engine.Journal;

namespace CaaStle.Storage.Relational;

/// <summary>How records are written as rows; <see cref="Rows"/> reads them.</summary>
internal static class Tables
{
    public static readonly Table<OperationRow> Operations = new(
        "Operations",
        ["Id"],
        ("Id", row => row.Operation.Id),
        ("Kind", row => row.Operation.Kind.ToString()),
        ("Subject", row => ColumnText.Write(row.Operation.Subject)),
        ("SubjectId", row => row.Operation.SubjectId),
        ("Holds", row => StoreJson.Write<IReadOnlyList<string>>([.. row.Operation.Holds.Select(ColumnText.Write)])),
        ("Request", row => StoreJson.Write(row.Operation.Request)),
        ("State", row => row.Operation.State.ToString()),
        ("RequestedBy", row => row.Operation.RequestedBy),
        ("RequestedAt", row => ColumnText.Write(row.Operation.RequestedAt)),
        ("CancelledBy", row => row.Operation.CancelledBy),
        ("Failure", row => row.Operation.Failure is { } failure ? StoreJson.Write(failure) : null),
        ("EndedAt", row => row.Operation.EndedAt is { } endedAt ? ColumnText.Write(endedAt) : null),
        ("RequestKey", row => row.Operation.RequestKey),
        ("LastSequence", row => row.LastSequence))
    {
        Changing = ["State", "CancelledBy", "Failure", "EndedAt", "LastSequence"],
    };

    /// <summary>The position is the database's.</summary>
    public static readonly Table<JournalRecord> Journal = new(
        "Journal",
        ["Position"],
        ("OperationId", record => record.OperationId),
        ("Sequence", record => record.Sequence),
        ("At", record => ColumnText.Write(record.At)),
        ("Entry", record => StoreJson.Write(record.Entry)));

    public static readonly Table<SubjectRecord> Subjects = new(
        "Subjects",
        ["Key"],
        ("Key", subject => ColumnText.Write(subject.Key)),
        ("Id", subject => subject.Id),
        ("Status", subject => subject.Status.ToString()),
        ("Cloud", subject => subject.Cloud),
        ("Type", subject => subject.Type),
        ("Environment", subject => subject.Environment),
        ("Definition", subject => subject.Definition),
        ("Outputs", subject => StoreJson.Write(subject.Outputs)),
        ("CreatedAt", subject => ColumnText.Write(subject.CreatedAt)),
        ("CreatedBy", subject => subject.CreatedBy),
        ("Desired", subject => StoreJson.Write(subject.Desired)),
        ("ExpiresAt", subject => subject.ExpiresAt is { } expiresAt ? ColumnText.Write(expiresAt) : null),
        ("Kind", subject => subject.Key.Kind.ToString()));

    /// <summary>The number, which has the order of the intents, is the database's.</summary>
    public static readonly Table<ObjectRecord> Objects = new(
        "Objects",
        ["SubjectId", "Key"],
        ("Subject", record => ColumnText.Write(record.Subject)),
        ("SubjectId", record => record.SubjectId),
        ("Operation", record => record.Operation),
        ("Key", record => record.Key),
        ("Kind", record => record.Kind),
        ("Identity", record => record.Identity),
        ("Spec", record => record.Spec),
        ("State", record => record.State),
        ("DependsOn", record => StoreJson.Write(record.DependsOn)),
        ("HoldsData", record => record.HoldsData),
        ("Status", record => record.Status.ToString()));
}

/// <param name="LastSequence">Of the operation's last entry.</param>
internal sealed record OperationRow(Operation Operation, long LastSequence);

/// <param name="key">The columns by which a row is found.</param>
internal sealed class Table<T>(string name, string[] key, params (string Name, Func<T, object?> Value)[] columns)
{
    private readonly string insert =
        $"""INSERT INTO "{name}" ({List(columns, column => $"\"{column.Name}\"")}) VALUES ({List(columns, column => $"@{column.Name}")})""";

    private readonly string delete = $"""DELETE FROM "{name}" WHERE {Found(key)}""";

    /// <summary>
    /// The columns that an update writes. Not the key: where it is set, be it to what it is, the database looks at every row that refers to
    /// it.
    /// </summary>
    public IReadOnlyList<string> Changing { private get; init; } = [.. columns.Select(column => column.Name).Except(key)];

    private string Update => field ??=
        $"""UPDATE "{name}" SET {string.Join(", ", Changing.Select(column => $"\"{column}\" = @{column}"))} WHERE {Found(key)}""";

    public Task InsertAsync(Session session, T row) => session.WriteAsync(insert, Parameters(row, columns));

    /// <returns>The number that the database gave to it in that column.</returns>
    public Task<long> InsertNumberedAsync(Session session, T row, string column) =>
        session.WriteNumberedAsync($"{insert} RETURNING \"{column}\"", Parameters(row, columns));

    public Task UpdateAsync(Session session, T row) => session.WriteAsync(Update, Parameters(row, [.. Only(Changing), .. Only(key)]));

    public Task DeleteAsync(Session session, T row) => session.WriteAsync(delete, Parameters(row, Only(key)));

    private static IEnumerable<(string, object?)> Parameters(T row, IEnumerable<(string Name, Func<T, object?> Value)> columns) =>
        columns.Select(column => ($"@{column.Name}", column.Value(row)));

    private IEnumerable<(string Name, Func<T, object?> Value)> Only(IEnumerable<string> names) => columns.Where(column => names.Contains(column.Name));

    private static string Found(string[] key) => string.Join(" AND ", key.Select(column => $"\"{column}\" = @{column}"));

    private static string List(IEnumerable<(string Name, Func<T, object?>)> columns, Func<(string Name, Func<T, object?>), string> write) =>
        string.Join(", ", columns.Select(write));
}

using System.Data.Common;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Relational;

/// <summary>
/// All that is read, by plain SQL, because a server that only answers need not start the framework: that takes longer than everything
/// else before the first answer. The SQL is what SQLite and PostgreSQL have in common.
/// </summary>
/// <param name="open">Gives an open connection.</param>
internal sealed class Reader(Func<DbConnection> open)
{
    public Task<IReadOnlyList<Operation>> OperationsAsync(OperationFilter filter, CancellationToken cancellationToken) => ListAsync(
        $"""
        SELECT * FROM "Operations" WHERE {(filter.Subject is null ? "1 = 1" : "\"Subject\" = @subject")}
        {(filter.UnderWay ? "AND \"EndedAt\" IS NULL" : "")}
        ORDER BY "RequestedAt" DESC, "Id" DESC LIMIT @limit
        """,
        [("@subject", filter.Subject is { } subject ? ColumnText.Write(subject) : null), ("@limit", filter.Limit)],
        Rows.Operation,
        cancellationToken);

    public Task<Operation?> OperationAsync(string id, CancellationToken cancellationToken) =>
        FirstAsync("""SELECT * FROM "Operations" WHERE "Id" = @id""", [("@id", id)], Rows.Operation, cancellationToken);

    public Task<Operation?> RequestedAsync(string requestKey, CancellationToken cancellationToken) => FirstAsync(
        """
        SELECT o.* FROM "Operations" o JOIN "Journal" j ON j."OperationId" = o."Id" AND j."Sequence" = 1
        WHERE o."RequestKey" = @key ORDER BY j."Position" DESC LIMIT 1
        """,
        [("@key", requestKey)],
        Rows.Operation,
        cancellationToken);

    /// <param name="operationId">Null for all.</param>
    public Task<IReadOnlyList<JournalRecord>> JournalAsync(
        string? operationId, long afterPosition, int limit, CancellationToken cancellationToken) => ListAsync(
        $"""
        SELECT * FROM "Journal" WHERE "Position" > @position {(operationId is null ? "" : "AND \"OperationId\" = @operation")}
        ORDER BY "Position" LIMIT @limit
        """,
        [("@position", afterPosition), ("@operation", operationId), ("@limit", limit)],
        Rows.JournalRecord,
        cancellationToken);

    public Task<SubjectRecord?> SubjectAsync(SubjectKey key, CancellationToken cancellationToken) => FirstAsync(
        """SELECT * FROM "Subjects" WHERE "Key" = @key""", [("@key", ColumnText.Write(key))], Rows.Subject, cancellationToken);

    public Task<IReadOnlyList<SubjectRecord>> SubjectsAsync(SubjectKind kind, CancellationToken cancellationToken) => ListAsync(
        """SELECT * FROM "Subjects" WHERE "Kind" = @kind ORDER BY "Key" """, [("@kind", kind.ToString())], Rows.Subject, cancellationToken);

    public Task<IReadOnlyList<ObjectRecord>> ObjectsAsync(string subjectId, CancellationToken cancellationToken) => ListAsync(
        """SELECT * FROM "Objects" WHERE "SubjectId" = @subject ORDER BY "Number" """,
        [("@subject", subjectId)],
        Rows.Object,
        cancellationToken);

    private async Task<T?> FirstAsync<T>(
        string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
        where T : class => (await ListAsync(sql, parameters, read, cancellationToken)) is [var first, ..] ? first : null;

    /// <param name="parameters">Those without a value do not occur in the text.</param>
    private async Task<IReadOnlyList<T>> ListAsync<T>(
        string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var connection = open();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }
        }

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<T> records = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            records.Add(read(rows));
        }

        return records;
    }
}

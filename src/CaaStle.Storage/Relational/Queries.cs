using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Relational;

/// <summary>All that is read. The SQL is what SQLite and PostgreSQL have in common.</summary>
internal static class Queries
{
    public static Task<IReadOnlyList<Operation>> OperationsAsync(Session session, OperationFilter filter, CancellationToken cancellationToken)
    {
        List<(string, object?)> parameters = [("@limit", filter.Limit)];
        if (filter.Subject is { } subject)
        {
            parameters.Add(("@subject", ColumnText.Write(subject)));
        }

        return session.ListAsync(
            $"""
            SELECT * FROM "Operations" WHERE {(filter.Subject is null ? "1 = 1" : "\"Subject\" = @subject")}
            {(filter.UnderWay ? "AND \"EndedAt\" IS NULL" : "")}
            {(filter.Among is null ? "" : $"AND \"Subject\" IN ({List(filter.Among.Select(ColumnText.Write), "among", parameters)})")}
            ORDER BY "RequestedAt" DESC, "Id" DESC LIMIT @limit
            """,
            Rows.Operation,
            cancellationToken,
            parameters);
    }

    /// <summary>What is under way on any of the subjects.</summary>
    public static Task<IReadOnlyList<Operation>> UnderWayOnAsync(
        Session session, IReadOnlyList<SubjectKey> subjects, CancellationToken cancellationToken)
    {
        List<(string, object?)> parameters = [];
        var among = List(subjects.Select(ColumnText.Write), "subject", parameters);
        return session.ListAsync(
            $"""SELECT * FROM "Operations" WHERE "Subject" IN ({among}) AND "EndedAt" IS NULL ORDER BY "Id" """,
            Rows.Operation,
            cancellationToken,
            parameters);
    }

    /// <summary>What is under way and holds the subject.</summary>
    public static async Task<IReadOnlyList<Operation>> UnderWayHoldingAsync(
        Session session, SubjectKey subject, CancellationToken cancellationToken)
    {
        // The text may also stand within a longer name.
        var found = await session.ListAsync(
            """SELECT * FROM "Operations" WHERE "EndedAt" IS NULL AND "Holds" LIKE @holding ORDER BY "Id" """,
            Rows.Operation,
            cancellationToken,
            ("@holding", $"%{ColumnText.Write(subject)}%"));
        return [.. found.Where(operation => operation.Holds.Contains(subject))];
    }

    public static Task<Operation?> OperationAsync(Session session, string id, CancellationToken cancellationToken) =>
        session.FirstAsync("""SELECT * FROM "Operations" WHERE "Id" = @id""", Rows.Operation, cancellationToken, ("@id", id));

    public static Task<OperationRow?> RowAsync(Session session, string id, CancellationToken cancellationToken) =>
        session.FirstAsync("""SELECT * FROM "Operations" WHERE "Id" = @id""", Rows.OperationRow, cancellationToken, ("@id", id));

    public static Task<Operation?> RequestedAsync(Session session, string key, CancellationToken cancellationToken) => session.FirstAsync(
        """
        SELECT o.* FROM "Operations" o JOIN "Journal" j ON j."OperationId" = o."Id" AND j."Sequence" = 1
        WHERE o."RequestKey" = @key ORDER BY j."Position" DESC LIMIT 1
        """,
        Rows.Operation,
        cancellationToken,
        ("@key", key));

    /// <param name="operationId">Null for all.</param>
    public static Task<IReadOnlyList<JournalRecord>> JournalAsync(
        Session session, string? operationId, long afterPosition, int limit, CancellationToken cancellationToken)
    {
        List<(string, object?)> parameters = [("@position", afterPosition), ("@limit", limit)];
        if (operationId is not null)
        {
            parameters.Add(("@operation", operationId));
        }

        return session.ListAsync(
            $"""
            SELECT * FROM "Journal" WHERE "Position" > @position {(operationId is null ? "" : "AND \"OperationId\" = @operation")}
            ORDER BY "Position" LIMIT @limit
            """,
            Rows.JournalRecord,
            cancellationToken,
            parameters);
    }

    public static Task<SubjectRecord?> SubjectAsync(Session session, SubjectKey key, CancellationToken cancellationToken) => session.FirstAsync(
        """SELECT * FROM "Subjects" WHERE "Key" = @key""", Rows.Subject, cancellationToken, ("@key", ColumnText.Write(key)));

    public static Task<IReadOnlyList<SubjectRecord>> SubjectsAsync(
        Session session, SubjectFilter filter, string byCode, CancellationToken cancellationToken)
    {
        // Keys begin with the kind and a slash, after which in order of codes comes the zero: so one index has them all, by name.
        var first = ColumnText.Write(new SubjectKey(filter.Kind, ""));
        List<(string, object?)> parameters =
        [
            ("@after", first + filter.After),
            ("@end", first.Replace('/', '0')),
            ("@limit", filter.Limit),
        ];
        return session.ListAsync(
            $"""
            SELECT * FROM "Subjects" WHERE "Key" {byCode} > @after AND "Key" {byCode} < @end
            {Where("\"Key\" LIKE {0} ESCAPE '!'", "@name", filter.Name is null ? null : Pattern(filter.Kind, filter.Name))}
            {Where("\"Status\" = {0}", "@status", filter.Status?.ToString())}
            {Where("\"Cloud\" = {0}", "@cloud", filter.Cloud)}
            {(filter.Environments is null ? "" : $"AND \"Environment\" IN ({List(filter.Environments, "environment", parameters)})")}
            ORDER BY "Key" {byCode} LIMIT @limit
            """,
            Rows.Subject,
            cancellationToken,
            parameters);

        string Where(string condition, string name, string? value)
        {
            if (value is null)
            {
                return "";
            }

            parameters.Add((name, value));
            return $"AND {condition.Replace("{0}", name, StringComparison.Ordinal)}";
        }
    }

    /// <summary>Of subjects' keys, which are in small letters.</summary>
    private static string Pattern(SubjectKind kind, string name)
    {
        var plain = string.Concat(name.ToLowerInvariant().Select(letter => letter is '!' or '%' or '_' ? $"!{letter}" : $"{letter}"));
        return ColumnText.Write(new SubjectKey(kind, plain.Replace('*', '%')));
    }

    /// <returns>The names of as many parameters, which are added.</returns>
    private static string List(IEnumerable<string> values, string name, List<(string, object?)> parameters)
    {
        var names = new List<string>();
        foreach (var value in values)
        {
            names.Add($"@{name}{names.Count}");
            parameters.Add((names[^1], value));
        }

        return string.Join(", ", names);
    }

    public static Task<IReadOnlyList<ObjectRecord>> ObjectsAsync(
        Session session, string subjectId, CancellationToken cancellationToken) => session.ListAsync(
        """SELECT * FROM "Objects" WHERE "SubjectId" = @subject ORDER BY "Number" """, Rows.Object, cancellationToken, ("@subject", subjectId));

    public static Task<ObjectRecord?> ObjectAsync(
        Session session, string subjectId, string key, CancellationToken cancellationToken) => session.FirstAsync(
        """SELECT * FROM "Objects" WHERE "SubjectId" = @subject AND "Key" = @key""",
        Rows.Object,
        cancellationToken,
        ("@subject", subjectId),
        ("@key", key));
}

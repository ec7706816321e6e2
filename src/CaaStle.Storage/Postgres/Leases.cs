using CaaStle.Engine.Journal;
using CaaStle.Storage.Relational;

namespace CaaStle.Storage.Postgres;

/// <summary>Who has which operation. A lease lasts as long as its writer is taken for alive, by the database's clock.</summary>
internal static class Leases
{
    /// <summary>Takes the operation, unless somebody else has it who lives, or it has ended.</summary>
    /// <returns>Whether the writer has it.</returns>
    public static async Task<bool> TakeAsync(Session session, string operationId, string writer)
    {
        // Who is taken for dead stays so.
        await session.WriteAsync(
            """UPDATE "Writers" SET "ExpiresAt" = NULL WHERE "ExpiresAt" <= clock_timestamp() AND "Id" <> @writer""", ("@writer", writer));
        return await session.WriteAsync(
            """
            INSERT INTO "Leases" ("Operation", "Writer")
            SELECT "Id", @writer FROM "Operations" WHERE "Id" = @operation AND "EndedAt" IS NULL
            ON CONFLICT ("Operation") DO UPDATE SET "Writer" = @writer
            WHERE "Leases"."Writer" = @writer
                OR EXISTS (SELECT 1 FROM "Writers" w WHERE w."Id" = "Leases"."Writer" AND w."ExpiresAt" IS NULL)
            """,
            ("@operation", operationId),
            ("@writer", writer)) == 1;
    }

    public static async Task<bool> IsHeldAsync(Session session, string operationId, string writer) => await session.NumberAsync(
        """SELECT COUNT(*) FROM "Leases" WHERE "Operation" = @operation AND "Writer" = @writer""",
        ("@operation", operationId),
        ("@writer", writer)) == 1;

    public static Task RemoveAsync(Session session, string operationId) =>
        session.WriteAsync("""DELETE FROM "Leases" WHERE "Operation" = @operation""", ("@operation", operationId));

    /// <summary>The operations under way that nobody has who lives, oldest first.</summary>
    public static Task<IReadOnlyList<string>> FreeAsync(Session session, CancellationToken cancellationToken) => session.ListAsync(
        """
        SELECT o."Id" FROM "Operations" o LEFT JOIN "Leases" l ON l."Operation" = o."Id" LEFT JOIN "Writers" w ON w."Id" = l."Writer"
        WHERE o."EndedAt" IS NULL AND (w."ExpiresAt" IS NULL OR w."ExpiresAt" <= clock_timestamp())
        ORDER BY o."RequestedAt", o."Id"
        """,
        row => row.GetString(0),
        cancellationToken);

    /// <summary>The wishes to cancel what is under way, after a position, oldest first.</summary>
    public static async Task<IReadOnlyList<JournalRecord>> WishesAsync(
        Session session, long afterPosition, CancellationToken cancellationToken)
    {
        // The word may also stand within another entry.
        var records = await session.ListAsync(
            """
            SELECT j.* FROM "Operations" o JOIN "Journal" j ON j."OperationId" = o."Id"
            WHERE o."EndedAt" IS NULL AND o."CancelledBy" IS NOT NULL AND j."Position" > @position
                AND j."Entry" LIKE '%cancel-requested%'
            ORDER BY j."Position"
            """,
            Rows.JournalRecord,
            cancellationToken,
            ("@position", afterPosition));
        return [.. records.Where(record => record.Entry is CancelRequested)];
    }
}

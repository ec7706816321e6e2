using System.Globalization;
using System.Reflection;
using CaaStle.Storage.Relational;
using Npgsql;

namespace CaaStle.Storage.Postgres;

/// <summary>What is done to a database before it is a store, by one server at a time.</summary>
internal static class PostgresSchema
{
    /// <summary>A number that nobody else locks.</summary>
    private const long Lock = 0x63616173746c65;

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<SqlMigration> Migrations { get; } = SqlMigration.AllOf("Postgres");

    private static string ProductVersion { get; } =
        typeof(PostgresSchema).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Migrates it where that is needed.</summary>
    /// <param name="connection">Not used for anything else: what it locks it keeps.</param>
    /// <param name="drawId">The id of a new store.</param>
    /// <returns>The installation's id.</returns>
    public static async Task<string> PrepareAsync(
        NpgsqlConnection connection, PostgresAddress address, Func<string> drawId, CancellationToken cancellationToken)
    {
        if (await FindAsync(connection, "SHOW server_encoding", cancellationToken) is [var encoding] && encoding != "UTF8")
        {
            throw new StoreException(
                StoreProblem.Inaccessible, address.Text, $"The state store {address} is encoded as {encoding}: make one with ENCODING 'UTF8'.");
        }

        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({Lock})", cancellationToken);
        var applied = await AppliedAsync(connection, cancellationToken);
        if (applied.Except(Migrations.Select(migration => migration.Id)).LastOrDefault() is { } unknown)
        {
            var writtenBy = await FindAsync(connection, """SELECT "Version" FROM "Installation" """, cancellationToken);
            throw PostgresFailure.Newer(address, writtenBy is [var version] ? version : null, unknown, ProductVersion);
        }

        List<SqlMigration> missing = [.. Migrations.Where(migration => !applied.Contains(migration.Id))];
        foreach (var migration in missing)
        {
            await ExecuteAsync(connection, migration.ReadSql(), cancellationToken);
        }

        var installation = await FindAsync(connection, """SELECT "Id" FROM "Installation" """, cancellationToken) is [var known] ? known : null;
        if (missing.Count == 0 && installation is not null)
        {
            return installation;
        }

        installation ??= drawId();
        await ExecuteAsync(
            connection,
            """INSERT INTO "Installation" ("Id", "Version") VALUES (@id, @version) ON CONFLICT ("Id") DO UPDATE SET "Version" = @version""",
            cancellationToken,
            ("@id", installation),
            ("@version", ProductVersion));
        return installation;
    }

    /// <summary>Identifiers of the migrations that the database has seen, oldest first.</summary>
    public static async Task<IReadOnlyList<string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await FindAsync(connection, """SELECT to_regclass('"__EFMigrationsHistory"')::text""", cancellationToken) is []
            ? []
            : await FindAsync(connection, """SELECT "MigrationId" FROM "__EFMigrationsHistory" ORDER BY 1""", cancellationToken);

    public static async Task<long> LastPositionAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => long.Parse(
        (await FindAsync(connection, """SELECT COALESCE(MAX("Position"), 0)::text FROM "Journal" """, cancellationToken))[0],
        CultureInfo.InvariantCulture);

    /// <returns>What does not add up, and what endangers what is written; empty when nothing does.</returns>
    public static async Task<IReadOnlyList<string>> FindDamageAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
    [
        .. await FindAsync(
            connection,
            """
            SELECT format('%s has %s entries in the journal, and should have %s', o."Id", COUNT(j."Position"), o."LastSequence")
            FROM "Operations" o LEFT JOIN "Journal" j ON j."OperationId" = o."Id"
            GROUP BY o."Id", o."LastSequence" HAVING COUNT(j."Position") <> o."LastSequence" ORDER BY o."Id" LIMIT 10
            """,
            cancellationToken),
        .. await FindAsync(
            connection,
            """
            SELECT format('%s is %s: what was written may be lost with the machine''s power', name, setting)
            FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name
            """,
            cancellationToken),
    ];

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params IEnumerable<(string Name, string Value)> parameters)
    {
        await using var command = Command(connection, sql);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<string>> FindAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<string> found = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            if (!await rows.IsDBNullAsync(0, cancellationToken))
            {
                found.Add(rows.GetString(0));
            }
        }

        return found;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of this assembly.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}

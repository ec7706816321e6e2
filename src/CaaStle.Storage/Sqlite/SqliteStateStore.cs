using CaaStle.Engine.Ports;
using CaaStle.Storage.Relational;
using Microsoft.Data.Sqlite;

namespace CaaStle.Storage.Sqlite;

/// <summary>The state store in one file on this machine. One process at a time may have it open.</summary>
public sealed class SqliteStateStore : RelationalStateStore, IStoreCheck
{
    private readonly SqliteFile file;

    private SqliteStateStore(SqliteFile file, string installationId, long lastPosition, TimeProvider clock)
        : base(file, installationId, lastPosition, clock) => this.file = file;

    /// <summary>
    /// Opens the store, making it where there is none and migrating it where an earlier version wrote it. Throws
    /// <see cref="StoreException"/> when the file is a later version's, is damaged, or cannot be written.
    /// </summary>
    /// <param name="path">The file; its folder is made too, where missing.</param>
    /// <param name="clock">Gives the entries their times.</param>
    /// <param name="random">Where a new store's installation id comes from.</param>
    public static Task<SqliteStateStore> OpenAsync(
        string path, TimeProvider clock, IRandomSource random, CancellationToken cancellationToken) =>
        OpenAsync(path, clock, random, _ => { }, cancellationToken);

    /// <param name="writerOpened">Gets each connection of the writer, and may make it fail.</param>
    internal static async Task<SqliteStateStore> OpenAsync(
        string path,
        TimeProvider clock,
        IRandomSource random,
        Action<SqliteConnection> writerOpened,
        CancellationToken cancellationToken)
    {
        var file = new SqliteFile(Path.GetFullPath(path), writerOpened);
        try
        {
            file.Ensure();
            using var connection = file.Open();
            var isCurrent = await MigrateAsync(file, connection, cancellationToken);
            var installationId = SqliteFile.InstallationId(connection);
            if (!isCurrent || installationId is null)
            {
                installationId ??= DrawId(random, 8);
                SqliteFile.Install(connection, installationId);
            }

            return new(file, installationId, SqliteFile.LastPosition(connection), clock);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            file.Release();
            throw SqliteFailure.AtOpening(file.Path, failure);
        }
    }

    /// <summary>Reads the whole file.</summary>
    public Task<StoreReport> CheckAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                using var connection = file.Open();
                return Report(SqliteFile.AppliedMigrations(connection)[^1], SqliteFile.FindDamage(connection));
            }
            catch (SqliteException failure)
            {
                return Report(SqliteFile.Migrations[^1].Id, [failure.Message]);
            }
        },
        cancellationToken);

    private StoreReport Report(string schema, IReadOnlyList<string> damage) =>
        new(file.Path, schema, damage, $"sqlite3 '{file.Path}' .recover | sqlite3 '{file.Path}.recovered'");

    /// <returns>Whether nothing had to be done.</returns>
    private static async Task<bool> MigrateAsync(SqliteFile file, SqliteConnection connection, CancellationToken cancellationToken)
    {
        var applied = SqliteFile.AppliedMigrations(connection);
        var unknown = applied.Except(SqliteFile.Migrations.Select(migration => migration.Id)).ToList();
        if (unknown.Count > 0)
        {
            throw SqliteFailure.Newer(file.Path, SqliteFile.WrittenBy(connection), unknown[^1]);
        }

        List<SqlMigration> missing = [.. SqliteFile.Migrations.Where(migration => !applied.Contains(migration.Id))];
        if (missing.Count > 0)
        {
            SqliteFile.UseWriteAheadLog(connection);
            foreach (var migration in missing)
            {
                await file.ApplyAsync(migration, cancellationToken);
            }
        }

        return missing.Count == 0;
    }
}

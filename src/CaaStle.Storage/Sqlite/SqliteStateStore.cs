using System.Data.Common;
using CaaStle.Engine.Ports;
using CaaStle.Storage.Relational;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CaaStle.Storage.Sqlite;

/// <summary>The state store in one file on this machine. One process at a time may have it open.</summary>
public sealed class SqliteStateStore : RelationalStateStore, IStoreCheck
{
    private readonly SqliteFile file;

    private SqliteStateStore(
        SqliteFile file, string installationId, long lastPosition, IDbContextFactory<StoreContext> contexts, TimeProvider clock)
        : base(installationId, lastPosition, contexts, clock) => this.file = file;

    /// <summary>
    /// Opens the store, making it where there is none and migrating it where an earlier version wrote it. Throws
    /// <see cref="StoreException"/> when the file is a later version's, is damaged, or cannot be written.
    /// </summary>
    /// <param name="path">The file; its folder is made too, where missing.</param>
    /// <param name="clock">Gives the entries their times.</param>
    /// <param name="random">Where a new store's installation id comes from.</param>
    public static Task<SqliteStateStore> OpenAsync(
        string path, TimeProvider clock, IRandomSource random, CancellationToken cancellationToken) =>
        OpenAsync(path, clock, random, [], cancellationToken);

    /// <param name="interceptors">See what goes to the database, and may make it fail.</param>
    internal static async Task<SqliteStateStore> OpenAsync(
        string path,
        TimeProvider clock,
        IRandomSource random,
        IReadOnlyList<IInterceptor> interceptors,
        CancellationToken cancellationToken)
    {
        var file = new SqliteFile(Path.GetFullPath(path));
        try
        {
            file.Ensure();
            var contexts = new ContextFactory(() => Options(file, interceptors));
            using var connection = file.Open();
            var current = IsCurrent(file, connection);
            if (!current)
            {
                SqliteFile.UseWriteAheadLog(connection);
                await using var context = contexts.CreateDbContext();
                await context.Database.MigrateAsync(cancellationToken);
            }

            var installationId = SqliteFile.InstallationId(connection);
            if (!current || installationId is null)
            {
                installationId ??= DrawId(random);
                SqliteFile.Install(connection, installationId);
            }

            return new(file, installationId, SqliteFile.LastPosition(connection), contexts, clock);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            SqliteConnection.ClearPool(new(file.ConnectionString));
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
                return new StoreReport(file.Path, SqliteFile.AppliedMigrations(connection)[^1], SqliteFile.FindDamage(connection));
            }
            catch (SqliteException failure)
            {
                return new StoreReport(file.Path, Schema.Migrations[^1], [failure.Message]);
            }
        },
        cancellationToken);

    internal static DbContextOptions<StoreContext> Options(SqliteFile file, IReadOnlyList<IInterceptor> interceptors) =>
        new DbContextOptionsBuilder<StoreContext>()
            .UseSqlite(file.ConnectionString)
            .AddInterceptors([new DurableConnections(), .. interceptors])
            // The migrations are written by hand; a test compares what they make with the model.
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))
            .EnableThreadSafetyChecks(false)
            .Options;

    private protected override DbConnection OpenConnection() => file.Open();

    private protected override StoreException DescribeWriteFailure(Exception failure)
    {
        // A connection that saw its disk fail is not used again.
        SqliteConnection.ClearPool(new(file.ConnectionString));
        return SqliteFailure.AtWriting(file.Path, failure);
    }

    private protected override void Release() => SqliteConnection.ClearPool(new(file.ConnectionString));

    /// <returns>False where migrations are to be applied.</returns>
    private static bool IsCurrent(SqliteFile file, SqliteConnection connection)
    {
        var applied = SqliteFile.AppliedMigrations(connection);
        List<string> unknown = [.. applied.Except(Schema.Migrations)];
        return unknown.Count == 0
            ? applied.Count == Schema.Migrations.Count
            : throw SqliteFailure.Newer(file.Path, SqliteFile.WrittenBy(connection), unknown[^1]);
    }

    private static string DrawId(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}

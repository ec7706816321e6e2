using System.Data.Common;
using System.Globalization;
using System.Reflection;
using CaaStle.Storage.Relational;
using Microsoft.Data.Sqlite;

namespace CaaStle.Storage.Sqlite;

/// <summary>The store's file, and what of it is not the same in other databases.</summary>
/// <param name="writerOpened">Gets each connection of the writer, and may make it fail.</param>
internal sealed class SqliteFile(string path, Action<SqliteConnection> writerOpened) : IDatabase
{
    private readonly string pooled = ConnectionString(path, pooling: true);

    /// <summary>The version of CaaStle, as <c>0.1.0</c>.</summary>
    public static string ProductVersion { get; } =
        typeof(SqliteFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public string Path => path;

    /// <summary>Makes the folder and the file, readable by nobody else, where they are missing.</summary>
    public void Ensure()
    {
        var folder = System.IO.Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            File.Open(path, FileMode.OpenOrCreate).Dispose();
            return;
        }

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, UnixCreateMode = Owner };
        new FileStream(path, options).Dispose();
    }

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<SqlMigration> Migrations { get; } = SqlMigration.AllOf("Sqlite");

    public SqliteConnection Open() => Open(pooled);

    public Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<DbConnection>(Open());

    public Task<DbConnection> OpenWriterAsync()
    {
        var connection = Open();
        writerOpened(connection);
        return Task.FromResult<DbConnection>(connection);
    }

    public StoreException Describe(Exception failure)
    {
        // A connection that saw its disk fail is not used again.
        Release();
        return SqliteFailure.AtWriting(path, failure);
    }

    /// <summary>Closes the connections that nobody uses.</summary>
    public void Release() => SqliteConnection.ClearPool(new(pooled));

    public ValueTask DisposeAsync()
    {
        Release();
        return default;
    }

    /// <summary>All of the migration or nothing: what fails goes with its connection.</summary>
    public async Task ApplyAsync(SqlMigration migration, CancellationToken cancellationToken)
    {
        await using var connection = Open(ConnectionString(path, pooling: false));
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A text of this assembly.
        command.CommandText = migration.ReadSql();
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Readers then go on while the writer writes. Kept in the file.</summary>
    public static void UseWriteAheadLog(SqliteConnection connection) => Query(connection, "PRAGMA journal_mode = WAL");

    /// <summary>Identifiers of the migrations that the file has seen, oldest first; none where it is new.</summary>
    public static IReadOnlyList<string> AppliedMigrations(SqliteConnection connection) =>
        HasTable(connection, "__EFMigrationsHistory")
            ? Query(connection, "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId")
            : [];

    /// <summary>The version of CaaStle that last changed the schema; null where it does not say.</summary>
    public static string? WrittenBy(SqliteConnection connection) =>
        HasColumn(connection, "Installation", "Version") ? Query(connection, "SELECT Version FROM Installation").FirstOrDefault() : null;

    public static string? InstallationId(SqliteConnection connection) => Query(connection, "SELECT Id FROM Installation").FirstOrDefault();

    /// <summary>Notes whose store it is, and which version wrote it last.</summary>
    public static void Install(SqliteConnection connection, string id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO Installation (Id, Version) VALUES ($id, $version)
            ON CONFLICT (Id) DO UPDATE SET Version = $version
            """;
        command.Parameters.AddWithValue("$id", id);
        command.Parameters.AddWithValue("$version", ProductVersion);
        command.ExecuteNonQuery();
    }

    public static long LastPosition(SqliteConnection connection) =>
        long.Parse(Query(connection, "SELECT COALESCE(MAX(Position), 0) FROM Journal")[0], CultureInfo.InvariantCulture);

    /// <returns>What is damaged in the file, as the database says it; empty when nothing is.</returns>
    public static IReadOnlyList<string> FindDamage(SqliteConnection connection) =>
        [.. Query(connection, "PRAGMA quick_check").Where(line => line != "ok")];

    private static string ConnectionString(string path, bool pooling) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWrite,
        ForeignKeys = true,
        Pooling = pooling,
    }.ToString();

    /// <summary>A commit returns when the disk has it, and a lock that another process holds on the file is waited for.</summary>
    private static SqliteConnection Open(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000";
        command.ExecuteNonQuery();
        return connection;
    }

    private static bool HasTable(SqliteConnection connection, string table) =>
        Query(connection, "SELECT name FROM sqlite_master WHERE type = 'table'").Contains(table);

    private static bool HasColumn(SqliteConnection connection, string table, string column) =>
        Query(connection, $"SELECT name FROM pragma_table_info('{table}')").Contains(column);

    private static List<string> Query(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        List<string> values = [];
        while (reader.Read())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}

using System.Runtime.CompilerServices;
using CaaStle.Engine.Journal;
using CaaStle.Storage.Sqlite;
using CaaStle.Storage.Tests.Conformance;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CaaStle.Storage.Tests.Sqlite;

public sealed class SchemaTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_migrations_make_what_the_model_says()
    {
        await (await OpenAsync()).DisposeAsync();
        var path = folder.File("model.sqlite");
        await using (var context = Framework.Open(path))
        {
            await context.Database.EnsureCreatedAsync(Cancellation);
        }

        var facts = Describe(path);

        Assert.Contains("Journal.OperationId -> Operations.Id, on delete RESTRICT", facts);
        Assert.Contains("Subjects.Desired TEXT, not null 1, default '{}', key 0", facts);
        Assert.Equal(facts, Describe(folder.StorePath));
    }

    /// <summary>When a migration was added: <c>UPDATE_MIGRATIONS=1 ./test Storage</c>.</summary>
    [Fact]
    public async Task The_sql_of_each_migration_is_what_the_framework_makes_of_it()
    {
        await using var context = Framework.Open(folder.File("none.sqlite"));
        List<string> migrations = [Migration.InitialDatabase, .. context.Database.GetMigrations()];
        var made = migrations.Zip(migrations.Skip(1)).ToDictionary(
            pair => pair.Second, pair => context.GetService<IMigrator>().GenerateScript(pair.First, pair.Second));
        var scripts = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../src/CaaStle.Storage/Sqlite/Migrations");
        if (Environment.GetEnvironmentVariable("UPDATE_MIGRATIONS") == "1")
        {
            foreach (var (id, sql) in made)
            {
                await File.WriteAllTextAsync(Path.Combine(scripts, $"{id}.sql"), sql, Cancellation);
            }
        }
        else
        {
            Assert.Equal(made.Keys, SqliteFile.Migrations.Select(migration => migration.Id));
            Assert.All(SqliteFile.Migrations, migration => Assert.Equal(made[migration.Id], migration.ReadSql()));
        }
    }

    [Fact]
    public async Task Every_connection_waits_for_the_disk_and_checks_references_and_readers_do_not_block()
    {
        await using var store = await OpenAsync(connection => Assert.Equal(
            (2L, 1L, "wal"), (Pragma(connection, "synchronous"), Pragma(connection, "foreign_keys"), Pragma(connection, "journal_mode"))));
        var operation = Sample.Operation("op-1", SubjectKey.Environment("orders"));

        await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);

        static object? Pragma(SqliteConnection connection, string name)
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
            command.CommandText = $"PRAGMA {name}";
#pragma warning restore CA2100
            return command.ExecuteScalar();
        }
    }

    [Fact]
    public async Task The_file_and_its_folder_are_the_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No such modes there.");
        await using var store = await OpenAsync();

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(Owner, File.GetUnixFileMode(folder.StorePath));
            Assert.Equal(Owner, File.GetUnixFileMode(folder.StorePath + "-wal"));
            Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(folder.StorePath)!));
        }
    }

    private Task<SqliteStateStore> OpenAsync(Action<SqliteConnection>? writerOpened = null) => SqliteStateStore.OpenAsync(
        folder.StorePath, new ManualClock(), new SeededRandom(1), writerOpened ?? (_ => { }), Cancellation);

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>By what SQLite understands, because a table that was altered has another text than one that was made so.</summary>
    private static List<string> Describe(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            WITH tables AS (SELECT name, sql FROM sqlite_master
                WHERE type = 'table' AND name NOT LIKE '~_~_EF%' ESCAPE '~' AND name <> 'sqlite_sequence')
            SELECT format('%s (autoincrement %d)', name, sql LIKE '%AUTOINCREMENT%') FROM tables
            UNION ALL
            SELECT format('%s.%s %s, not null %d, default %s, key %d', t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk)
            FROM tables t, pragma_table_info(t.name) c
            UNION ALL
            SELECT format('%s.%s -> %s.%s, on delete %s', t.name, f."from", f."table", f."to", f.on_delete)
            FROM tables t, pragma_foreign_key_list(t.name) f
            UNION ALL
            SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
            ORDER BY 1
            """;
        using var reader = command.ExecuteReader();
        List<string> facts = [];
        while (reader.Read())
        {
            facts.Add(reader.GetString(0));
        }

        return facts;
    }
}

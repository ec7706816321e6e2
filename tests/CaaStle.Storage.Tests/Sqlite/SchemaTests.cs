using CaaStle.Storage.Relational;
using CaaStle.Storage.Sqlite;
using CaaStle.Storage.Tests.Conformance;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

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

        var model = new SqliteFile(folder.File("model.sqlite"));
        model.Ensure();
        using (var connection = model.Open())
        await using (var context = new StoreContext(SqliteStateStore.Options(model, [])))
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The model's own script.
            command.CommandText = context.Database.GenerateCreateScript();
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }

        var facts = Describe(model.Path);
        Assert.Contains("Journal.OperationId -> Operations.Id, on delete RESTRICT", facts);
        Assert.Contains("Subjects.Desired TEXT, not null 1, default '{}', key 0", facts);
        Assert.Equal(facts, Describe(folder.StorePath));
    }

    [Fact]
    public async Task The_migrations_that_are_known_without_the_framework_are_those_that_it_knows()
    {
        var file = new SqliteFile(folder.StorePath);
        await using var context = new StoreContext(SqliteStateStore.Options(file, []));

        Assert.NotEmpty(Schema.Migrations);
        Assert.Equal(context.Database.GetMigrations(), Schema.Migrations);
    }

    [Fact]
    public async Task Every_connection_waits_for_the_disk_and_checks_references_and_readers_do_not_block()
    {
        await using var store = await OpenAsync();
        var file = new SqliteFile(folder.StorePath);
        await using var context = new StoreContext(SqliteStateStore.Options(file, []));

        await context.Database.OpenConnectionAsync(Cancellation);
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText =
            "SELECT synchronous, foreign_keys, journal_mode FROM pragma_synchronous, pragma_foreign_keys, pragma_journal_mode";
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));

        Assert.Equal((2, 1, "wal"), (reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2)));
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

    private Task<SqliteStateStore> OpenAsync() =>
        SqliteStateStore.OpenAsync(folder.StorePath, new ManualClock(), new SeededRandom(1), Cancellation);

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

using System.Runtime.CompilerServices;
using CaaStle.Storage.Postgres;
using CaaStle.Storage.Relational;
using CaaStle.Storage.Relational.Model;
using CaaStle.Storage.Tests.Conformance;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CaaStle.Storage.Tests.Postgres;

public sealed class SchemaTests(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_migrations_make_what_the_model_says()
    {
        var (migrated, made) = (await cluster.CreateAsync(), await cluster.CreateAsync());
        await (await OpenAsync(migrated)).DisposeAsync();
        await using (var context = Framework(made))
        {
            await context.Database.EnsureCreatedAsync(Cancellation);
        }

        var facts = await DescribeAsync(made);

        Assert.Contains("Journal.Position bigint, not null true, default -, identity d", facts, StringComparison.Ordinal);
        Assert.Contains("Leases.Writer text, not null true", facts, StringComparison.Ordinal);
        Assert.Equal(facts, await DescribeAsync(migrated));
    }

    /// <summary>When a migration was added: <c>UPDATE_MIGRATIONS=1 ./test Storage</c>.</summary>
    [Fact]
    public async Task The_sql_of_each_migration_is_what_the_framework_makes_of_it()
    {
        await using var context = Framework("postgres:///none?host=/none&username=none");
        List<string> migrations = [Migration.InitialDatabase, .. context.Database.GetMigrations()];
        var made = migrations.Zip(migrations.Skip(1)).ToDictionary(
            pair => pair.Second, pair => context.GetService<IMigrator>().GenerateScript(pair.First, pair.Second));
        var scripts = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../src/CaaStle.Storage/Postgres/Migrations");
        if (Environment.GetEnvironmentVariable("UPDATE_MIGRATIONS") == "1")
        {
            foreach (var (id, sql) in made)
            {
                await File.WriteAllTextAsync(Path.Combine(scripts, $"{id}.sql"), sql, Cancellation);
            }
        }
        else
        {
            Assert.Equal(made.Keys, PostgresSchema.Migrations.Select(migration => migration.Id));
            Assert.All(PostgresSchema.Migrations, migration => Assert.Equal(made[migration.Id], migration.ReadSql()));
        }
    }

    [Fact]
    public void Both_databases_have_the_same_migrations() =>
        Assert.Equal(SqlMigration.AllOf("Sqlite").Select(migration => migration.Id), PostgresSchema.Migrations.Select(migration => migration.Id));

    [Fact]
    public async Task Servers_that_start_at_once_make_one_store()
    {
        var address = await cluster.CreateAsync();

        var stores = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => OpenAsync(address, $"server {i}")));

        Assert.Single(stores.Select(store => store.InstallationId).Distinct());
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused_untouched_with_both_versions()
    {
        var address = await cluster.CreateAsync();
        await (await OpenAsync(address)).DisposeAsync();
        await PostgresCluster.ExecuteAsync(
            address,
            """
            INSERT INTO "__EFMigrationsHistory" VALUES ('20991231000000_Later', '99.0.0'); UPDATE "Installation" SET "Version" = '7.5.0'
            """);

        var fault = await Assert.ThrowsAsync<StoreException>(() => OpenAsync(address));

        Assert.Equal(StoreProblem.Newer, fault.Problem);
        Assert.Contains("7.5.0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("20991231000000_Later", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_or_is_not_encoded_as_utf8_is_refused_with_why()
    {
        var address = await cluster.CreateAsync();
        var none = await Assert.ThrowsAsync<StoreException>(() => OpenAsync(address.Replace("/test", "/none", StringComparison.Ordinal)));
        Assert.Equal(StoreProblem.Inaccessible, none.Problem);
        Assert.Contains("does not exist", none.Message, StringComparison.Ordinal);
        await PostgresCluster.ExecuteAsync(address, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");

        var latin = await Assert.ThrowsAsync<StoreException>(() => OpenAsync($"postgres:///latin?{new Uri(address).Query[1..]}"));

        Assert.Contains("LATIN1", latin.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_add_up_and_what_endangers_the_journal_is_found()
    {
        var address = await cluster.CreateAsync();
        await using var store = await OpenAsync(address);
        var operation = Sample.Operation("op-1", Engine.Journal.SubjectKey.Environment("orders"));
        await store.EnqueueAsync(operation, Sample.Subject(operation), Cancellation);
        Assert.StartsWith("fsync is off", Assert.Single((await store.CheckAsync(Cancellation)).Damage), StringComparison.Ordinal);
        await PostgresCluster.ExecuteAsync(address, """DELETE FROM "Journal" """);

        Assert.Contains("op-1 has 0 entries in the journal, and should have 1", (await store.CheckAsync(Cancellation)).Damage);
    }

    private static Task<PostgresStateStore> OpenAsync(string address, string server = "server") =>
        PostgresStateStore.OpenAsync(PostgresAddress.Parse(address), server, new ManualClock(), new TrueRandom(), Cancellation);

    private static StoreContext Framework(string address) => new(
        new DbContextOptionsBuilder<StoreContext>().UseNpgsql(PostgresAddress.Parse(address).Settings.ConnectionString).Options);

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static async Task<string> DescribeAsync(string address) => await PostgresCluster.ExecuteAsync(
        address,
        """
        SELECT string_agg(fact, E'\n' ORDER BY fact COLLATE "C") FROM (
            SELECT format('%s.%s %s, not null %s, default %s, identity %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN 'true' ELSE 'false' END, coalesce(pg_get_expr(d.adbin, d.adrelid), '-'), a.attidentity) AS fact
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\_\_EF%'
            UNION ALL
            SELECT format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '%EFMigrations%'
            UNION ALL
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\_\_EF%') facts
        """) ?? "";
}

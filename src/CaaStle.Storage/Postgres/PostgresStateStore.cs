using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Storage.Relational;
using Npgsql;

namespace CaaStle.Storage.Postgres;

/// <summary>The state store in a PostgreSQL database, which the servers of a team share.</summary>
public sealed class PostgresStateStore : RelationalStateStore, IStoreCheck, ISharedStore
{
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly PostgresDatabase database;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource closing = new();
    private readonly Task living;
    private readonly Task listening;

    private PostgresStateStore(PostgresDatabase database, string installationId, long lastPosition, TimeSpan lease, TimeProvider clock)
        : base(database, installationId, lastPosition, clock)
    {
        (this.database, this.clock) = (database, clock);
        living = Task.Run(() => LiveAsync(lease / 6));
        listening = Task.Run(ListenAsync);
    }

    public override ISharedStore Shared => this;

    /// <summary>
    /// Opens the store, making its tables where there are none and migrating them where an earlier version wrote them. Throws
    /// <see cref="StoreException"/> when the database is a later version's, or cannot be used.
    /// </summary>
    /// <param name="server">Says which server this is; the same whenever it starts, and not that of another that runs.</param>
    /// <param name="clock">Gives the entries their times.</param>
    /// <param name="random">Where ids come from.</param>
    public static Task<PostgresStateStore> OpenAsync(
        PostgresAddress address, string server, TimeProvider clock, IRandomSource random, CancellationToken cancellationToken) =>
        OpenAsync(address, server, clock, random, DefaultLease, cancellationToken);

    /// <param name="lease">How long a server that is silent is taken for alive.</param>
    internal static async Task<PostgresStateStore> OpenAsync(
        PostgresAddress address,
        string server,
        TimeProvider clock,
        IRandomSource random,
        TimeSpan lease,
        CancellationToken cancellationToken)
    {
        PasswordFile.RefuseWhenShared(address);
        var database = new PostgresDatabase(address, server, lease, clock, () => DrawId(random, 16));
        try
        {
            await using var connection = await database.OpenSingleAsync(cancellationToken);
            var installation = await PostgresSchema.PrepareAsync(connection, address, () => DrawId(random, 8), cancellationToken);
            var lastPosition = await PostgresSchema.LastPositionAsync(connection, cancellationToken);
            var store = new PostgresStateStore(database, installation, lastPosition, lease, clock);
            // From now on what this server was before is gone.
            await store.SayAsync();
            return store;
        }
        catch (NpgsqlException failure)
        {
            await database.DisposeAsync();
            throw PostgresFailure.AtOpening(address, failure);
        }
        catch (StoreException)
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async Task<CancellationToken?> TakeAsync(string operationId, CancellationToken cancellationToken)
    {
        CancellationToken? taken = null;
        await WriteAsync(
            async (session, _) =>
            {
                taken = await Leases.TakeAsync(session, operationId, database.Writing.Id) ? database.Writing.Ended : null;
                return 0;
            },
            cancellationToken);
        return taken;
    }

    public Task<IReadOnlyList<string>> ListFreeAsync(CancellationToken cancellationToken) =>
        ReadAsync(session => Leases.FreeAsync(session, cancellationToken));

    public Task<IReadOnlyList<JournalRecord>> ReadWishesAsync(long afterPosition, CancellationToken cancellationToken) =>
        ReadAsync(session => Leases.WishesAsync(session, afterPosition, cancellationToken));

    /// <summary>Reads the whole journal.</summary>
    public async Task<StoreReport> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenSingleAsync(cancellationToken);
            var schema = (await PostgresSchema.AppliedAsync(connection, cancellationToken))[^1];
            return Report(schema, await PostgresSchema.FindDamageAsync(connection, cancellationToken));
        }
        catch (NpgsqlException failure)
        {
            return Report(PostgresSchema.Migrations[^1].Id, [failure.Message]);
        }
    }

    private protected override async Task<Change?> StopAsync()
    {
        await closing.CancelAsync();
        await Task.WhenAll(living, listening);
        return database.Current() is null
            ? null
            : async (session, _) =>
            {
                await database.LeaveAsync(session);
                return 0;
            };
    }

    private StoreReport Report(string schema, IReadOnlyList<string> damage) =>
        new(database.Address.Text, schema, damage, $"pg_dump '{database.Address}' >rescued.sql");

    /// <summary>Says from time to time that this server lives, and sees to it that it does not work when it cannot say so.</summary>
    private async Task LiveAsync(TimeSpan interval)
    {
        var saying = Task.CompletedTask;
        while (!closing.IsCancellationRequested)
        {
            database.EndWhenSilent();
            if (saying.IsCompleted && database.Current() is not null)
            {
                saying = SayAsync();
            }

            await Task.Delay(interval, clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SayAsync()
    {
        try
        {
            // Every transaction does.
            await WriteAsync((_, _) => Task.FromResult(0L), closing.Token);
        }
        catch (Exception failure) when (failure is StoreException or OperationCanceledException or ObjectDisposedException)
        {
            // What follows from it is done when the time has come.
        }
    }

    /// <summary>Hears of what others have written.</summary>
    private async Task ListenAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenSingleAsync(closing.Token);
                await using (var command = new NpgsqlCommand($"LISTEN {PostgresDatabase.Channel}", connection))
                {
                    await command.ExecuteNonQueryAsync(closing.Token);
                }

                while (true)
                {
                    Observe(await PostgresSchema.LastPositionAsync(connection, closing.Token));
                    await connection.WaitAsync(closing.Token);
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or OperationCanceledException)
            {
                await Task.Delay(Pause, clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

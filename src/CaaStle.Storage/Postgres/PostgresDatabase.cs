using System.Data.Common;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Storage.Relational;
using Npgsql;

namespace CaaStle.Storage.Postgres;

/// <summary>
/// The database, and the turns that its writers take: a transaction that writes locks the installation's row first, so that there is one
/// at a time, whichever server makes it. In its own row in <c>Writers</c> a server notes the number of its transaction, by which it finds
/// out later whether that was committed, and until when it is to be taken for alive.
/// </summary>
/// <param name="server">The same for all that one server is one after the other.</param>
/// <param name="lease">How long a server that is silent is taken for alive.</param>
internal sealed class PostgresDatabase(PostgresAddress address, string server, TimeSpan lease, TimeProvider clock, Func<string> drawId)
    : IDatabase
{
    public const string Channel = "caastle_journal";

    /// <summary>A commit is on the disk when it is answered, and who falls silent within its turn does not keep it.</summary>
    private const string TakeTurn = """
        SELECT set_config('idle_in_transaction_session_timeout', '10s', true);
        SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
        SELECT 1 FROM "Installation" FOR UPDATE
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly NpgsqlDataSource pool = NpgsqlDataSource.Create(address.Settings);
    private readonly NpgsqlDataSource single = NpgsqlDataSource.Create(Unpooled(address.Settings));
    private readonly Lock gate = new();
    private Membership? current;
    private Membership? last;
    private Membership? writing;
    private long turnBegan;

    public PostgresAddress Address => address;

    public string ByCode => "COLLATE \"C\"";

    /// <summary>As which this server writes; for the writer, within its turn.</summary>
    public Membership Writing => writing!;

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => await pool.OpenConnectionAsync(cancellationToken);

    /// <summary>One that no reader waits for or leaves behind.</summary>
    public async Task<NpgsqlConnection> OpenSingleAsync(CancellationToken cancellationToken) =>
        await single.OpenConnectionAsync(cancellationToken);

    public async Task<DbConnection> OpenWriterAsync() => await OpenSingleAsync(CancellationToken.None);

    public async Task BeginAsync(Session session)
    {
        turnBegan = clock.GetTimestamp();
        await session.WriteAsync(TakeTurn);
        writing = Current();
        if (writing is null || !await RenewAsync(session, writing))
        {
            End(writing);
            writing = new(drawId());
            await JoinAsync(session, writing);
        }
    }

    public Task EndAsync(Session session, long lastPosition) =>
        lastPosition == 0 ? Task.CompletedTask : session.WriteAsync($"NOTIFY {Channel}");

    public void Committed()
    {
        lock (gate)
        {
            Writing.SeenAlive = turnBegan;
            last = Writing;
            current = Writing.Ended.IsCancellationRequested ? null : Writing;
        }

        EndWhenSilent();
    }

    /// <summary>Gives up what this server has, before others may take it for dead.</summary>
    public void EndWhenSilent()
    {
        if (Current() is { SeenAlive: { } seen } member && clock.GetElapsedTime(seen) > lease * 0.75)
        {
            End(member);
        }
    }

    public async Task CheckAppendAsync(Session session, string operationId, IReadOnlyList<JournalEntry> entries)
    {
        if (entries.All(entry => entry is CancelRequested))
        {
            return;
        }

        if (!await Leases.IsHeldAsync(session, operationId, Writing.Id))
        {
            throw new OperationTakenException(operationId);
        }

        if (entries.Any(entry => entry is OperationEnded))
        {
            await Leases.RemoveAsync(session, operationId);
        }
    }

    public async Task AcceptAsync(Session session, IReadOnlyList<string> operationIds)
    {
        foreach (var operationId in operationIds)
        {
            await Leases.TakeAsync(session, operationId, Writing.Id);
        }
    }

    public bool IsUnreachable(Exception failure) => PostgresFailure.IsUnreachable(failure);

    /// <summary>
    /// Asks in a turn of its own: a commit that still runs has the turn until it is done. Whose number is in the row of that writer, was
    /// committed; that of no other can be there, for a writer is one process, and numbers its transactions itself.
    /// </summary>
    public async Task<bool> IsCommittedAsync(Exception failure, CancellationToken closing)
    {
        while (true)
        {
            try
            {
                await using var session = new Session(await OpenWriterAsync());
                await using var turn = await session.BeginAsync();
                await session.WriteAsync(TakeTurn);
                return await session.NumberAsync("""SELECT "Mark" FROM "Writers" WHERE "Id" = @id""", ("@id", Writing.Id)) == Writing.Mark;
            }
            catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
            {
                if (closing.IsCancellationRequested)
                {
                    throw PostgresFailure.Unknown(address, failure);
                }

                await Task.Delay(Pause, clock, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public StoreException Describe(Exception failure) => PostgresFailure.AtWork(address, failure);

    public void Release() => pool.Clear();

    public async ValueTask DisposeAsync()
    {
        End(Current());
        await pool.DisposeAsync();
        await single.DisposeAsync();
    }

    /// <summary>Leaves to others at once what this server has.</summary>
    public Task LeaveAsync(Session session) =>
        session.WriteAsync("""UPDATE "Writers" SET "ExpiresAt" = NULL WHERE "Id" = @id""", ("@id", Writing.Id));

    /// <summary>As which it writes, and may have operations; null when it has none.</summary>
    public Membership? Current()
    {
        lock (gate)
        {
            return current;
        }
    }

    private void End(Membership? member)
    {
        lock (gate)
        {
            if (current == member)
            {
                current = null;
            }
        }

        member?.End();
    }

    /// <returns>Whether nobody has taken this server for dead.</returns>
    private async Task<bool> RenewAsync(Session session, Membership member) => await session.WriteAsync(
        """
        UPDATE "Writers" SET "Mark" = @mark, "ExpiresAt" = clock_timestamp() + @lease WHERE "Id" = @id AND "ExpiresAt" IS NOT NULL
        """,
        ("@id", member.Id),
        ("@mark", ++member.Mark),
        ("@lease", lease)) == 1;

    private async Task JoinAsync(Session session, Membership member)
    {
        // When it starts, what it was before is gone, for one process at a time works on a home.
        await session.WriteAsync(
            $"""UPDATE "Writers" SET "ExpiresAt" = NULL WHERE "{(last is null ? "Server" : "Id")}" = @before AND "ExpiresAt" IS NOT NULL""",
            ("@before", last?.Id ?? server));
        await session.WriteAsync(
            """
            INSERT INTO "Writers" ("Id", "Server", "Mark", "ExpiresAt") VALUES (@id, @server, @mark, clock_timestamp() + @lease)
            """,
            ("@id", member.Id),
            ("@server", server),
            ("@mark", ++member.Mark),
            ("@lease", lease));
    }

    private static NpgsqlConnectionStringBuilder Unpooled(NpgsqlConnectionStringBuilder settings) =>
        new(settings.ConnectionString) { Pooling = false, KeepAlive = 10 };
}

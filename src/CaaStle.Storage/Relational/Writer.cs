using System.Data.Common;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace CaaStle.Storage.Relational;

/// <summary>Changes rows; throws what its caller is to be told, and what it has changed by then is undone.</summary>
/// <param name="at">When it is written.</param>
/// <returns>The position of the last journal entry; 0 for none.</returns>
internal delegate Task<long> Change(Session session, DateTimeOffset at);

/// <summary>
/// The only one who writes, by group commit: all changes that wait share one transaction, and with it one wait for the disk. A change
/// that throws is left out and fails alone.
/// </summary>
internal sealed class Writer : IDisposable
{
    private const int MaximumBatch = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a database that is away is waited for, before callers are told.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Channel<Pending> queue = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private readonly CancellationTokenSource closing = new();
    private readonly IDatabase database;
    private readonly TimeProvider clock;
    private readonly Action<long> committed;
    private readonly Task loop;
    private Session? session;

    /// <param name="committed">Told the last position after each commit.</param>
    public Writer(IDatabase database, TimeProvider clock, Action<long> committed)
    {
        (this.database, this.clock, this.committed) = (database, clock, committed);
        loop = Task.Run(RunAsync);
    }

    public long Transactions { get; private set; }

    /// <summary>Completes when the change is durable. Cancelled only as long as nobody has begun to write it.</summary>
    public Task WriteAsync(Change change, CancellationToken cancellationToken)
    {
        var pending = new Pending(change, cancellationToken);
        ObjectDisposedException.ThrowIf(!queue.Writer.TryWrite(pending), typeof(RelationalStateStore));
        return pending.Task;
    }

    /// <summary>Finishes what was accepted, without waiting for a database that is away.</summary>
    /// <param name="last">Comes after it; whether it succeeds does not matter.</param>
    public async Task CloseAsync(Change? last)
    {
        if (last is not null)
        {
            queue.Writer.TryWrite(new(last, CancellationToken.None));
        }

        queue.Writer.TryComplete();
        await closing.CancelAsync();
        await loop;
        await DisconnectAsync();
    }

    public void Dispose() => closing.Dispose();

    private async Task RunAsync()
    {
        while (await queue.Reader.WaitToReadAsync())
        {
            List<Pending> batch = [];
            while (batch.Count < MaximumBatch && queue.Reader.TryRead(out var pending))
            {
                if (!pending.IsCancelled())
                {
                    batch.Add(pending);
                }
            }

            if (batch.Count > 0)
            {
                await CommitAsync(batch);
            }
        }
    }

    private async Task CommitAsync(IReadOnlyList<Pending> batch)
    {
        try
        {
            var faults = await WriteToTheEndAsync(batch);
            // Only now: a fault may rest on what a neighbour wrote.
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Complete(faults[i]);
            }
        }
        catch (WriteRefusedException) when (batch.Count > 1)
        {
            // The database refused one of them, and the transaction may be gone with it; the others have a right to their own.
            foreach (var pending in batch)
            {
                await CommitAsync([pending]);
            }
        }
        catch (Exception failure)
        {
            var described = failure as StoreException ?? database.Describe((failure as WriteRefusedException)?.InnerException ?? failure);
            foreach (var pending in batch)
            {
                pending.Complete(described);
            }
        }
    }

    /// <summary>Makes as many attempts as it takes to know.</summary>
    /// <returns>What each is to be told; null for success.</returns>
    private async Task<Exception?[]> WriteToTheEndAsync(IReadOnlyList<Pending> batch)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var attempt = new Attempt(batch.Count);
            try
            {
                await WriteAsync(batch, attempt);
                return Committed(attempt);
            }
            catch (Exception failure)
            {
                await DisconnectAsync();
                if (attempt.Stage == Stage.Committing)
                {
                    if (await database.IsCommittedAsync(failure, closing.Token))
                    {
                        return Committed(attempt);
                    }

                    began = clock.GetTimestamp();
                }

                if (!database.IsUnreachable(failure))
                {
                    ExceptionDispatchInfo.Throw(attempt.Stage == Stage.Writing ? new WriteRefusedException(failure) : failure);
                }

                if (closing.IsCancellationRequested || clock.GetElapsedTime(began) > Patience)
                {
                    throw;
                }

                await Task.Delay(Pause, clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Exception?[] Committed(Attempt attempt)
    {
        Transactions++;
        database.Committed();
        committed(attempt.LastPosition);
        return attempt.Faults;
    }

    private async Task WriteAsync(IReadOnlyList<Pending> batch, Attempt attempt)
    {
        session ??= new(await database.OpenWriterAsync());
        await using var transaction = await session.BeginAsync();
        await database.BeginAsync(session);
        attempt.Stage = Stage.Writing;
        for (var i = 0; i < batch.Count; i++)
        {
            await session.WriteAsync("SAVEPOINT change");
            try
            {
                attempt.LastPosition = Math.Max(attempt.LastPosition, await batch[i].Change(session, clock.GetUtcNow()));
            }
            catch (Exception fault) when (fault is not DbException)
            {
                attempt.Faults[i] = fault;
                await session.WriteAsync("ROLLBACK TO SAVEPOINT change");
            }

            await session.WriteAsync("RELEASE SAVEPOINT change");
        }

        await database.EndAsync(session, attempt.LastPosition);
        attempt.Stage = Stage.Committing;
        await transaction.CommitAsync();
    }

    private async ValueTask DisconnectAsync()
    {
        if (session is not null)
        {
            await session.DisposeAsync();
            session = null;
        }
    }

    private enum Stage
    {
        Beginning,
        Writing,

        /// <summary>The commit was asked for: it may have taken place, whatever was answered.</summary>
        Committing,
    }

    private sealed class Attempt(int changes)
    {
        public Stage Stage { get; set; }

        public long LastPosition { get; set; }

        public Exception?[] Faults { get; } = new Exception?[changes];
    }

    private sealed class WriteRefusedException(Exception cause) : Exception(cause.Message, cause);

    private sealed class Pending(Change change, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Change Change => change;

        public Task Task => completion.Task;

        public bool IsCancelled() => cancellationToken.IsCancellationRequested && completion.TrySetCanceled(cancellationToken);

        public void Complete(Exception? fault)
        {
            if (fault is null)
            {
                completion.SetResult();
            }
            else
            {
                completion.SetException(fault);
            }
        }
    }
}

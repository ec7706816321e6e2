using System.Data.Common;
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
internal sealed class Writer : IAsyncDisposable
{
    private const int MaximumBatch = 1000;
    private const string Savepoint = "change";

    private readonly Channel<Pending> queue = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private readonly Func<DbConnection> open;
    private readonly TimeProvider clock;
    private readonly Action<long> committed;
    private readonly Func<Exception, Exception> describe;
    private readonly Task loop;
    private Session? session;

    /// <param name="open">Gives an open connection, which is used until something goes wrong with it.</param>
    /// <param name="committed">Told the last position after each commit.</param>
    /// <param name="describe">Makes what callers are told of a database's failure.</param>
    public Writer(Func<DbConnection> open, TimeProvider clock, Action<long> committed, Func<Exception, Exception> describe)
    {
        (this.open, this.clock, this.committed, this.describe) = (open, clock, committed, describe);
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

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        await CloseAsync();
    }

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
        var writing = false;
        try
        {
            session ??= new(open());
            await using var transaction = await session.BeginAsync();
            var lastPosition = 0L;
            var faults = new Exception?[batch.Count];
            writing = true;
            for (var i = 0; i < batch.Count; i++)
            {
                await transaction.SaveAsync(Savepoint);
                try
                {
                    lastPosition = Math.Max(lastPosition, await batch[i].Change(session, clock.GetUtcNow()));
                }
                catch (Exception fault) when (fault is not DbException)
                {
                    faults[i] = fault;
                    await transaction.RollbackAsync(Savepoint);
                }

                await transaction.ReleaseAsync(Savepoint);
            }

            writing = false;
            await transaction.CommitAsync();
            Transactions++;
            committed(lastPosition);
            // Only now: a fault may rest on what a neighbour wrote.
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Complete(faults[i]);
            }
        }
        catch (Exception) when (writing && batch.Count > 1)
        {
            // The database refused one of them, and the transaction may be gone with it; the others have a right to their own.
            await CloseAsync();
            foreach (var pending in batch)
            {
                await CommitAsync([pending]);
            }
        }
        catch (Exception failure)
        {
            await CloseAsync();
            var described = describe(failure);
            foreach (var pending in batch)
            {
                pending.Complete(described);
            }
        }
    }

    private async ValueTask CloseAsync()
    {
        if (session is not null)
        {
            await session.DisposeAsync();
            session = null;
        }
    }

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

using System.Data.Common;
using System.Threading.Channels;
using CaaStle.Engine.Journal;
using Microsoft.EntityFrameworkCore;

namespace CaaStle.Storage.Relational;

/// <summary>Changes tracked rows; throws, without a change in the database, what its caller is to be told.</summary>
/// <param name="at">When it is written.</param>
internal delegate Task Change(StoreContext context, DateTimeOffset at);

/// <summary>
/// The only one who writes, by group commit: all changes that wait share one transaction, and with it one wait for the disk. A change
/// that throws is left out and fails alone.
/// </summary>
internal sealed class Writer : IAsyncDisposable
{
    private const int MaximumBatch = 1000;
    private const string Savepoint = "change";

    private readonly Channel<Pending> queue = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private readonly IDbContextFactory<StoreContext> contexts;
    private readonly TimeProvider clock;
    private readonly Action<long> committed;
    private readonly Func<Exception, Exception> describe;
    private readonly Task loop;

    /// <param name="committed">Told the last position after each commit.</param>
    /// <param name="describe">Makes what callers are told of a database's failure.</param>
    public Writer(
        IDbContextFactory<StoreContext> contexts, TimeProvider clock, Action<long> committed, Func<Exception, Exception> describe)
    {
        (this.contexts, this.clock, this.committed, this.describe) = (contexts, clock, committed, describe);
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
            await using var context = await contexts.CreateDbContextAsync();
            await using var transaction = await context.Database.BeginTransactionAsync();
            var lastPosition = 0L;
            var faults = new Exception?[batch.Count];
            writing = true;
            for (var i = 0; i < batch.Count; i++)
            {
                try
                {
                    await transaction.CreateSavepointAsync(Savepoint);
                    await batch[i].Change(context, clock.GetUtcNow());
                    await context.SaveChangesAsync();
                    lastPosition = context.ChangeTracker.Entries<JournalRecord>()
                        .Select(entry => entry.Entity.Position).Append(lastPosition).Max();
                }
                catch (Exception fault) when (fault is not (DbException or DbUpdateException))
                {
                    await transaction.RollbackToSavepointAsync(Savepoint);
                    faults[i] = fault;
                }

                context.ChangeTracker.Clear();
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
            foreach (var pending in batch)
            {
                await CommitAsync([pending]);
            }
        }
        catch (Exception failure)
        {
            var described = describe(failure);
            foreach (var pending in batch)
            {
                pending.Complete(described);
            }
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

namespace CaaStle.Storage.Relational;

/// <summary>Wakes those who wait for entries once they are there to be read.</summary>
internal sealed class CommitSignal(long position)
{
    private readonly Lock gate = new();
    private TaskCompletionSource next = New();
    private bool closed;

    public async Task WaitAsync(long afterPosition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task commit;
            lock (gate)
            {
                if (position > afterPosition)
                {
                    return;
                }

                ObjectDisposedException.ThrowIf(closed, typeof(RelationalStateStore));
                commit = next.Task;
            }

            await commit.WaitAsync(cancellationToken);
        }
    }

    public void Committed(long lastPosition)
    {
        lock (gate)
        {
            position = Math.Max(position, lastPosition);
            next.SetResult();
            next = New();
        }
    }

    /// <summary>Nothing more will be written; those who wait get an <see cref="ObjectDisposedException"/>.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            next.TrySetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

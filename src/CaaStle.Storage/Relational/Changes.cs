using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace CaaStle.Storage.Relational;

/// <summary>The ways in which the store changes.</summary>
internal static class Changes
{
    /// <param name="enqueued">Told the last operation: of these, or of those that were enqueued under the same key before.</param>
    public static Change Enqueue(IReadOnlyList<NewOperation> operations, Action<Operation> enqueued) => async (context, at) =>
    {
        foreach (var key in operations.Select(each => each.Operation.RequestKey).OfType<string>().Distinct())
        {
            if (await FindRequestedAsync(context, key) is { } existing)
            {
                enqueued(existing);
                return;
            }
        }

        List<string> together = [.. operations.Select(each => each.Operation.Id)];
        foreach (var (operation, subject) in operations)
        {
            await EnqueueAsync(context, operation, subject, together, at);
        }

        enqueued(operations[^1].Operation);
    };

    public static Change UpdateExpiry(SubjectKey key, string subjectId, DateTimeOffset? expiresAt) => async (context, _) =>
    {
        if (await context.FindAsync<SubjectRecord>(key) is not { } subject || subject.Id != subjectId)
        {
            throw new SubjectChangedException(key);
        }

        context.Entry(subject).CurrentValues.SetValues(subject with { ExpiresAt = expiresAt });
    };

    public static Change Append(string operationId, IReadOnlyList<JournalEntry> entries) => async (context, at) =>
    {
        var operation = await context.FindAsync<Operation>(operationId)
            ?? throw new InvalidOperationException($"The store has no operation '{operationId}'.");
        if (operation.IsEnded)
        {
            throw new OperationEndedException(operationId);
        }

        var lastSequence = context.Entry(operation).Property<long>(StoreContext.LastSequence);
        foreach (var entry in entries)
        {
            context.Add(new JournalRecord(0, operationId, ++lastSequence.CurrentValue, at, entry));
            await ProjectOnObjectAsync(context, operation, entry);
            await ProjectOnSubjectAsync(context, operation, entry);
            context.Entry(operation).CurrentValues.SetValues(Projection.Apply(operation, entry, at));
        }
    };

    private static async Task EnqueueAsync(
        StoreContext context, Operation operation, SubjectRecord? subject, IReadOnlyList<string> together, DateTimeOffset at)
    {
        if (await FindConflictAsync(context, operation, together) is { } holder)
        {
            throw new OperationConflictException(holder);
        }

        foreach (var held in operation.Holds)
        {
            if (!await context.Subjects.AnyAsync(existing => existing.Key == held))
            {
                throw new SubjectChangedException(held);
            }
        }

        if (operation.Kind != OperationKind.Create
            && !await context.Subjects.AnyAsync(existing => existing.Key == operation.Subject && existing.Id == operation.SubjectId))
        {
            throw new SubjectChangedException(operation.Subject);
        }

        if (subject is not null)
        {
            if (await context.Subjects.AnyAsync(existing => existing.Key == subject.Key))
            {
                throw new SubjectExistsException(subject.Key);
            }

            context.Add(subject).Property(StoreContext.Kind).CurrentValue = subject.Key.Kind;
        }

        var queued = new JournalRecord(0, operation.Id, 1, at, new OperationQueued(operation.RequestedBy));
        context.Add(operation).Property(StoreContext.LastSequence).CurrentValue = queued.Sequence;
        context.Add(queued);
        await context.SaveChangesAsync();
    }

    private static Task<Operation?> FindConflictAsync(StoreContext context, Operation operation, IReadOnlyList<string> together)
    {
        var subject = operation.Subject;
        List<SubjectKey> holds = [.. operation.Holds];
        List<string> aside = [.. operation.Request.After, .. together];
        return context.Operations.AsNoTracking()
            .Where(other => other.EndedAt == null
                && !aside.Contains(other.Id)
                && (other.Subject == subject || other.Holds.Contains(subject) || holds.Contains(other.Subject)))
            .OrderBy(other => other.Id)
            .FirstOrDefaultAsync();
    }

    private static Task<Operation?> FindRequestedAsync(StoreContext context, string key) => (
        from operation in context.Operations.AsNoTracking()
        join queued in context.Journal.Where(record => record.Sequence == 1) on operation.Id equals queued.OperationId
        where operation.RequestKey == key
        orderby queued.Position descending
        select operation).FirstOrDefaultAsync();

    private static async Task ProjectOnSubjectAsync(StoreContext context, Operation operation, JournalEntry entry)
    {
        // The subject's name may have another life by now.
        if (await context.FindAsync<SubjectRecord>(operation.Subject) is not { } subject || subject.Id != operation.SubjectId)
        {
            return;
        }

        if (Projection.Apply(subject, operation, entry) is { } next)
        {
            context.Entry(subject).CurrentValues.SetValues(next);
        }
        else
        {
            context.Remove(subject);
        }
    }

    private static async Task ProjectOnObjectAsync(StoreContext context, Operation operation, JournalEntry entry)
    {
        if (Projection.ObjectKey(entry) is not { } key)
        {
            return;
        }

        var existing = await FindObjectAsync(context, operation.SubjectId, key);
        switch (existing, Projection.Apply(existing, operation, entry))
        {
            case (null, { } added):
                context.Add(added);
                break;
            case ({ }, { } next):
                context.Entry(existing).CurrentValues.SetValues(next);
                break;
            case ({ }, null):
                context.Remove(existing);
                break;
        }
    }

    /// <summary>As it is after the entries before, which are not in the database yet.</summary>
    private static async Task<ObjectRecord?> FindObjectAsync(StoreContext context, string subjectId, string key)
    {
        List<EntityEntry<ObjectRecord>> tracked =
            [.. context.ChangeTracker.Entries<ObjectRecord>()
                .Where(entry => entry.Entity.SubjectId == subjectId && entry.Entity.Key == key)];
        if (tracked.Count > 0)
        {
            return tracked.Find(entry => entry.State != EntityState.Deleted)?.Entity;
        }

        return await context.Objects.SingleOrDefaultAsync(record => record.SubjectId == subjectId && record.Key == key);
    }
}

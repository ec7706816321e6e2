using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Relational;

/// <summary>The ways in which the store changes.</summary>
internal static class Changes
{
    private static CancellationToken ToTheEnd => CancellationToken.None;

    /// <param name="enqueued">Told the last operation: of these, or of those that were enqueued under the same key before.</param>
    public static Change Enqueue(
        IReadOnlyList<NewOperation> operations, Action<Operation> enqueued, IDatabase database) => async (session, at) =>
    {
        foreach (var key in operations.Select(each => each.Operation.RequestKey).OfType<string>().Distinct())
        {
            if (await Queries.RequestedAsync(session, key, ToTheEnd) is { } existing)
            {
                enqueued(existing);
                return 0;
            }
        }

        HashSet<string> together = [.. operations.Select(each => each.Operation.Id)];
        var lastPosition = 0L;
        foreach (var (operation, subject) in operations)
        {
            await CheckAsync(session, operation, subject, together);
            if (subject is not null)
            {
                await Tables.Subjects.InsertAsync(session, subject);
            }

            var queued = new JournalRecord(0, operation.Id, 1, at, new OperationQueued(operation.RequestedBy));
            await Tables.Operations.InsertAsync(session, new(operation, queued.Sequence));
            lastPosition = await AppendAsync(session, queued);
        }

        await database.AcceptAsync(session, [.. together]);
        enqueued(operations[^1].Operation);
        return lastPosition;
    };

    public static Change UpdateExpiry(SubjectKey key, string subjectId, DateTimeOffset? expiresAt) => async (session, _) =>
    {
        var subject = await Queries.SubjectAsync(session, key, ToTheEnd);
        if (subject?.Id != subjectId)
        {
            throw new SubjectChangedException(key);
        }

        await Tables.Subjects.UpdateAsync(session, subject with { ExpiresAt = expiresAt });
        return 0;
    };

    public static Change Append(string operationId, IReadOnlyList<JournalEntry> entries, IDatabase database) => async (session, at) =>
    {
        var (operation, sequence) = await Queries.RowAsync(session, operationId, ToTheEnd)
            ?? throw new InvalidOperationException($"The store has no operation '{operationId}'.");
        if (operation.IsEnded)
        {
            throw new OperationEndedException(operationId);
        }

        // The subject's name may have another life by now.
        var subject = entries.Any(Projection.IsOfSubject)
            && await Queries.SubjectAsync(session, operation.Subject, ToTheEnd) is { } found && found.Id == operation.SubjectId ? found : null;
        var nextSubject = subject;
        var lastPosition = 0L;
        foreach (var entry in entries)
        {
            lastPosition = await AppendAsync(session, new(0, operationId, ++sequence, at, entry));
            await ProjectOnObjectAsync(session, operation, entry);
            nextSubject = nextSubject is null ? null : Projection.Apply(nextSubject, operation, entry);
            operation = Projection.Apply(operation, entry, at);
        }

        await Tables.Operations.UpdateAsync(session, new(operation, sequence));
        if (subject is not null && nextSubject is null)
        {
            await Tables.Subjects.DeleteAsync(session, subject);
        }
        else if (nextSubject is not null && !ReferenceEquals(nextSubject, subject))
        {
            await Tables.Subjects.UpdateAsync(session, nextSubject);
        }

        await database.CheckAppendAsync(session, operationId, entries);
        return lastPosition;
    };

    /// <summary>Throws when the operation cannot be accepted.</summary>
    /// <param name="together">Those that it is accepted with.</param>
    private static async Task CheckAsync(Session session, Operation operation, SubjectRecord? subject, IReadOnlySet<string> together)
    {
        var existing = await Queries.SubjectAsync(session, operation.Subject, ToTheEnd);
        if (await FindConflictAsync(session, operation, existing, together) is { } holder)
        {
            throw new OperationConflictException(holder);
        }

        foreach (var held in operation.Holds)
        {
            if (await Queries.SubjectAsync(session, held, ToTheEnd) is null)
            {
                throw new SubjectChangedException(held);
            }
        }

        if (operation.Kind != OperationKind.Create && existing?.Id != operation.SubjectId)
        {
            throw new SubjectChangedException(operation.Subject);
        }

        if (subject is not null && existing is not null)
        {
            throw new SubjectExistsException(subject.Key);
        }
    }

    private static async Task<Operation?> FindConflictAsync(
        Session session, Operation operation, SubjectRecord? existing, IReadOnlySet<string> together)
    {
        // Only what exists is ever held; so that what is new is accepted in the same time, however much is under way.
        var holding = existing is null ? [] : await Queries.UnderWayHoldingAsync(session, operation.Subject, ToTheEnd);
        var working = await Queries.UnderWayOnAsync(session, [operation.Subject, .. operation.Holds], ToTheEnd);
        return working.Concat(holding).FirstOrDefault(other => !together.Contains(other.Id) && !operation.Request.After.Contains(other.Id));
    }

    private static Task<long> AppendAsync(Session session, JournalRecord record) => Tables.Journal.InsertNumberedAsync(session, record, "Position");

    private static async Task ProjectOnObjectAsync(Session session, Operation operation, JournalEntry entry)
    {
        if (Projection.ObjectKey(entry) is not { } key)
        {
            return;
        }

        var existing = await Queries.ObjectAsync(session, operation.SubjectId, key, ToTheEnd);
        await ((existing, Projection.Apply(existing, operation, entry)) switch
        {
            (null, { } added) => Tables.Objects.InsertAsync(session, added),
            ({ }, { } next) => Tables.Objects.UpdateAsync(session, next),
            ({ } gone, null) => Tables.Objects.DeleteAsync(session, gone),
            (null, null) => Task.CompletedTask,
        });
    }
}

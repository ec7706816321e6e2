using System.Runtime.CompilerServices;
using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Operations;

/// <inheritdoc/>
public sealed class ObjectReader(EngineServices services) : IObjectReader
{
    public IAsyncEnumerable<LogLine> ReadLogsAsync(SubjectKey subject, LogQuery query, CancellationToken cancellationToken) => query switch
    {
        { Previous: true } => ReadPreviousAsync(subject, query, cancellationToken),
        { Follow: true } => new LogFollower(services, FindSourcesAsync).FollowAsync(subject, query, cancellationToken),
        _ => ReadOnceAsync(subject, query, cancellationToken),
    };

    private async IAsyncEnumerable<LogLine> ReadOnceAsync(
        SubjectKey subject, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var line in await ReadAllAsync(await FindSourcesAsync(subject, query, cancellationToken), query, cancellationToken))
        {
            yield return line;
        }
    }

    /// <summary>What was written before the last start; else what was kept of what is gone: the revision before, or a failed deployment.</summary>
    private async IAsyncEnumerable<LogLine> ReadPreviousAsync(
        SubjectKey subject, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var record = await services.Store.FindSubjectAsync(subject, cancellationToken);
        var sources = record is null ? [] : await ListSourcesAsync(record, cancellationToken);
        var lines = await ReadAllAsync([.. sources.Where(source => SubjectLog.IsOfReplica(source.Key, query.Replica))], query, cancellationToken);
        foreach (var line in lines.Count > 0 ? lines : await ReadKeptAsync(subject, query, cancellationToken))
        {
            yield return line;
        }
    }

    /// <summary>Lines of all sources in the order of their times.</summary>
    private static async Task<IReadOnlyList<LogLine>> ReadAllAsync(
        IReadOnlyList<SubjectLog> sources, LogQuery query, CancellationToken cancellationToken)
    {
        var lines = new List<LogLine>();
        foreach (var source in sources)
        {
            await foreach (var line in source.ReadAsync(query, cancellationToken))
            {
                lines.Add(line);
            }
        }

        return LastOf(lines, query);
    }

    private async Task<IReadOnlyList<LogLine>> ReadKeptAsync(SubjectKey subject, LogQuery query, CancellationToken cancellationToken)
    {
        foreach (var operation in await services.Store.ListOperationsAsync(new(subject, Limit: int.MaxValue), cancellationToken))
        {
            var journal = await services.Store.ReadWholeJournalAsync(operation.Id, cancellationToken);
            var kept = journal.OfType<LogKept>().Where(entry => SubjectLog.IsOwn(subject, entry.Key)).ToList();
            if (kept.Count > 0)
            {
                var lines = kept
                    .Where(entry => SubjectLog.IsOfReplica(entry.Key, query.Replica))
                    .SelectMany(entry => entry.Lines.Select(line => line with { Source = SubjectLog.NameOf(entry.Key) }))
                    .Where(line => query.Since is null || line.At >= query.Since);
                return LastOf(lines, query);
            }
        }

        return [];
    }

    private static List<LogLine> LastOf(IEnumerable<LogLine> lines, LogQuery query)
    {
        var ordered = lines.OrderBy(line => line.At ?? DateTimeOffset.MinValue).ToList();
        return query.Tail is { } tail && ordered.Count > tail ? ordered[^tail..] : ordered;
    }

    /// <exception cref="RefusedException">The subject is not there, or nothing of it writes logs.</exception>
    private async Task<IReadOnlyList<SubjectLog>> FindSourcesAsync(SubjectKey subject, LogQuery query, CancellationToken cancellationToken)
    {
        var record = await services.Store.FindSubjectAsync(subject, cancellationToken)
            ?? throw new RefusedException(RefusedException.NotFound, $"There is no {subject}.", SubjectNames.NextToFind(subject));
        var sources = await ListSourcesAsync(record, cancellationToken);
        var wanted = sources.Where(source => SubjectLog.IsOfReplica(source.Key, query.Replica)).ToList();
        return wanted.Count > 0
            ? wanted
            : throw new RefusedException(
                RefusedException.NotAvailable,
                sources.Count == 0 ? $"Nothing of {subject} writes logs now." : $"{subject} has no replica {query.Replica}.",
                [$"cld app logs {subject.Name} --previous", SubjectNames.NextToShow(subject)]);
    }

    private async Task<List<SubjectLog>> ListSourcesAsync(SubjectRecord record, CancellationToken cancellationToken)
    {
        var objects = await services.Store.ListObjectsAsync(record.Id, cancellationToken);
        return
        [
            .. objects
                .Where(item => item.Status != ObjectStatus.Deleting && SubjectLog.IsOwn(record.Key, item.Key))
                .Select(item => SubjectLog.Of(item, services))
                .OfType<SubjectLog>(),
        ];
    }
}

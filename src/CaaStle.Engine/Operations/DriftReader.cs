using System.Collections.Concurrent;
using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <summary>How an object is, compared with its record.</summary>
public enum Drift
{
    /// <summary>It is there, it works, and it is what the record says.</summary>
    None,

    /// <summary>It is not there, or what has its name is not ours.</summary>
    Missing,

    /// <summary>It is there, and cannot become ready by itself.</summary>
    Broken,

    /// <summary>It is there, and is not what its specification says.</summary>
    Changed,

    /// <summary>It cannot be told now.</summary>
    Unknown,
}

/// <param name="Word">The cloud's word for how it is, or why it cannot be told.</param>
/// <param name="LastLog">Its last log lines where it is broken, oldest first.</param>
public sealed record ObservedObject(ObjectRecord Record, Drift Drift, string Word, IReadOnlyList<string> LastLog);

public interface IDriftReader
{
    /// <summary>
    /// Reads every recorded object of the environment and of the applications in it from its cloud, each subject's in the order in which they
    /// were made. Changes nothing. Throws <see cref="RefusedException"/> when there is no such environment.
    /// </summary>
    Task<IReadOnlyList<ObservedObject>> ReadAsync(string environment, CancellationToken cancellationToken);

    /// <summary>Reads every recorded object of the subject alone.</summary>
    Task<IReadOnlyList<ObservedObject>> ReadAsync(SubjectRecord subject, CancellationToken cancellationToken);
}

/// <inheritdoc/>
public sealed class DriftReader(EngineServices services) : IDriftReader
{
    private const int AtOnce = 8;

    /// <summary>For how long an answer is waited for; it cannot be told what gives none.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);

    public async Task<IReadOnlyList<ObservedObject>> ReadAsync(string environment, CancellationToken cancellationToken)
    {
        var key = SubjectKey.Environment(environment);
        var subject = await services.Store.FindSubjectAsync(key, cancellationToken)
            ?? throw new RefusedException(RefusedException.NotFound, $"There is no {key}.", SubjectNames.NextToFind(key));
        var applications = await services.Store.ListSubjectsAsync(SubjectKind.Application, cancellationToken);
        var observed = new List<ObservedObject>();
        foreach (var each in applications.Where(application => application.Environment == environment).Prepend(subject))
        {
            observed.AddRange(await ReadAsync(each, cancellationToken));
        }

        return observed;
    }

    public async Task<IReadOnlyList<ObservedObject>> ReadAsync(SubjectRecord subject, CancellationToken cancellationToken)
    {
        var before = await NewestOperationAsync(subject, cancellationToken);
        var objects = await services.Store.ListObjectsAsync(subject.Id, cancellationToken);
        var observed = before is { IsEnded: false } ? [] : await ObserveAsync(objects, cancellationToken);
        var after = await NewestOperationAsync(subject, cancellationToken);
        return before is { IsEnded: false } || before?.Id != after?.Id
            ? [.. objects.Select(item => new ObservedObject(item, Drift.Unknown, $"{(after ?? before)?.Id} is working on {subject.Key}", []))]
            : observed;
    }

    private async Task<Operation?> NewestOperationAsync(SubjectRecord subject, CancellationToken cancellationToken) =>
        (await services.Store.ListOperationsAsync(new(subject.Key, Limit: 1), cancellationToken)) is [var newest, ..] ? newest : null;

    private async Task<ObservedObject[]> ObserveAsync(IReadOnlyList<ObjectRecord> objects, CancellationToken cancellationToken)
    {
        var observed = new ObservedObject[objects.Count];
        var pending = new ConcurrentQueue<int>(Enumerable.Range(0, objects.Count));
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => ObserveNextAsync()));
        return observed;

        async Task ObserveNextAsync()
        {
            while (pending.TryDequeue(out var place))
            {
                observed[place] = await ObserveOneAsync(objects[place], cancellationToken);
            }
        }
    }

    private async Task<ObservedObject> ObserveOneAsync(ObjectRecord item, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AnswerWithin, services.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var handler = services.Handlers.OfKind(item.Kind);
            var spec = (ICloudObjectSpec)services.Serializer.Deserialize(item.Spec, handler.SpecType);
            var marks = new Marks(services.Store.InstallationId, item.Subject.ToString(), item.SubjectId, item.Operation, item.Key);
            var seen = await handler.ReadAsync(spec, new(marks, NoLog.Instance, CancellationToken.None), either.Token);
            var (drift, word) = seen switch
            {
                { Condition: Condition.Ready } => (Drift.None, seen.Word),
                { Condition: Condition.Absent } => (Drift.Missing, seen.Word),
                { Condition: Condition.Foreign } => (Drift.Missing, $"its name is taken by {seen.Word}"),
                { Condition: Condition.Failed } => (Drift.Broken, seen.Word),
                { NeedsCreate: true } => (Drift.Changed, seen.Word),
                _ => (Drift.Unknown, $"not ready yet: {seen.Word}"),
            };
            return new(item, drift, word, seen.LastLog);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(item, Drift.Unknown, string.Create(CultureInfo.InvariantCulture, $"no answer within {AnswerWithin.TotalSeconds} s"), []);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new(item, Drift.Unknown, CloudFaults.Understand(exception)?.Message ?? exception.Message, []);
        }
    }
}

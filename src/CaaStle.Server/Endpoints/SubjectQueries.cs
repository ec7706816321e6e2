using System.Runtime.CompilerServices;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Problems;

namespace CaaStle.Server.Endpoints;

/// <summary>Questions that several endpoints ask the store.</summary>
internal static class SubjectQueries
{
    private const int Many = 10_000;
    private const int Recent = 20;
    private const int Page = 500;

    /// <summary>Throws a 404 problem where there is none.</summary>
    public static async Task<SubjectRecord> GetSubjectAsync(this IStateStore store, SubjectKey key, CancellationToken cancellationToken) =>
        await store.FindSubjectAsync(key, cancellationToken)
        ?? throw new RefusedRequestException(
            StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"There is no {key}.", null, $"cld {Words.Noun(key.Kind)} list");

    /// <summary>Throws a 404 problem where there is none.</summary>
    public static async Task<Operation> GetOperationAsync(this IStateStore store, string id, CancellationToken cancellationToken) =>
        await store.FindOperationAsync(id, cancellationToken)
        ?? throw new RefusedRequestException(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"There is no operation {id}.", null, "cld op list");

    /// <summary>All that the filter lets through, in parts that one call takes. Each part is of one moment, all together need not be.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<SubjectRecord>> ListPagesAsync(
        this IStateStore store, SubjectFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = filter.Limit;
        var after = filter.After;
        while (left > 0)
        {
            var page = await store.ListSubjectsAsync(filter with { After = after, Limit = Math.Min(left, Page) }, cancellationToken);
            if (page.Count > 0)
            {
                yield return page;
                after = page[^1].Key.Name;
            }

            left = page.Count < Page ? 0 : left - Page;
        }
    }

    /// <summary>The id of the operation that works on each of the subjects that is being worked on.</summary>
    public static async Task<IReadOnlyDictionary<SubjectKey, string>> UnderWayAsync(
        this IStateStore store, IReadOnlyList<SubjectRecord> subjects, CancellationToken cancellationToken)
    {
        var operations = await store.ListOperationsAsync(
            new(UnderWay: true, Limit: Many) { Among = [.. subjects.Select(subject => subject.Key)] }, cancellationToken);
        var bySubject = new Dictionary<SubjectKey, string>();
        foreach (var operation in operations)
        {
            bySubject.TryAdd(operation.Subject, operation.Id);
        }

        return bySubject;
    }

    public static async Task<string?> UnderWayAsync(this IStateStore store, SubjectKey subject, CancellationToken cancellationToken) =>
        (await store.ListOperationsAsync(new(subject, UnderWay: true, Limit: 1), cancellationToken)) is [var operation, ..] ? operation.Id : null;

    public static async Task<IReadOnlyList<SubjectRecord>> ApplicationsInAsync(
        this IStateStore store, string environment, CancellationToken cancellationToken) =>
        await store.ListSubjectsAsync(new SubjectFilter(SubjectKind.Application) { Environments = [environment] }, cancellationToken);

    /// <summary>All operations that were accepted with one on an environment: those that it comes after, and that come after it or the same.</summary>
    /// <returns>Their ids, each after those that it comes after; the operation's own alone where it is the only one.</returns>
    public static async Task<IReadOnlyList<string>> TogetherWithAsync(
        this IStateStore store, Operation operation, string environment, CancellationToken cancellationToken)
    {
        var applications = await store.ApplicationsInAsync(environment, cancellationToken);
        var candidates = new List<Operation>();
        foreach (var key in applications.Select(application => application.Key).Prepend(SubjectKey.Environment(environment)))
        {
            candidates.AddRange(await store.ListOperationsAsync(new(key, Limit: Recent), cancellationToken));
        }

        var together = new List<Operation> { operation };
        for (var known = 0; known < together.Count;)
        {
            known = together.Count;
            together.AddRange(candidates.Where(each => !together.Exists(other => other.Id == each.Id) && together.Exists(other => AreLinked(each, other))).ToList());
        }

        return [.. together.OrderBy(each => each.Request.After.Count > 0).ThenBy(each => each.Id, StringComparer.Ordinal).Select(each => each.Id)];

        static bool AreLinked(Operation one, Operation other) => one.Request.After.Contains(other.Id) || other.Request.After.Contains(one.Id);
    }

    public static async Task<IReadOnlyList<OperationView>> HistoryAsync(this IStateStore store, SubjectKey subject, CancellationToken cancellationToken) =>
        [.. (await store.ListOperationsAsync(new(subject, Limit: Many), cancellationToken)).Select(operation => OperationViews.Of(operation))];
}

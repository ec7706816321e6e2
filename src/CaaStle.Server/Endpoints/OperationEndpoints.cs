using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class OperationEndpoints
{
    private const int Batch = 1000;

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Operations, ListAsync).WithTags("operations")
            .WithSummary("Lists operations, newest first; subject is as environment/orders.").Problems(400);
        routes.MapGet(Routes.Operations + "/{id}", ShowAsync).WithTags("operations").WithSummary("Shows an operation.").Problems(404);
        routes.MapPost(Routes.Operations + "/{id}/cancel", CancelAsync).WithTags("operations")
            .WithSummary("Cancels an operation, which undoes what it did.").Problems(404, 409);
        routes.MapGet(Routes.Operations + "/{id}/events", EventsAsync).WithTags("operations")
            .WithSummary("What happens in an operation, as server-sent events; ends after its last.")
            .Produces<EventView>(200, EventStream.ContentType).Problems(404);
        routes.MapGet(Routes.Operations + "/{id}/journal", JournalAsync).WithTags("operations")
            .WithSummary("What happened in an operation so far.").Problems(404);
        routes.MapGet(Routes.Events, AllEvents).WithTags("operations")
            .WithSummary("What happens in all operations, as server-sent events without end.").Produces<EventView>(200, EventStream.ContentType);
    }

    internal static async Task<Ok<IReadOnlyList<OperationView>>> ListAsync(
        string? subject, bool? active, int? limit, IStateStore store, CancellationToken cancellationToken)
    {
        if (limit is < 1)
        {
            throw new RefusedRequestException(400, ProblemCodes.InvalidRequest, $"The parameter limit is {limit}.", "It is 1 or more.");
        }

        var filter = new OperationFilter(subject is null ? null : Subject(subject), active == true, limit ?? 100);
        var operations = await store.ListOperationsAsync(filter, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<OperationView>>([.. operations.Select(operation => OperationViews.Of(operation))]);
    }

    internal static async Task<Ok<OperationView>> ShowAsync(
        string id, IStateStore store, IBindingReader bindings, CancellationToken cancellationToken)
    {
        var operation = await store.GetOperationAsync(id, cancellationToken);
        var subject = operation.State == OperationState.Succeeded ? await store.FindSubjectAsync(operation.Subject, cancellationToken) : null;
        var view = OperationViews.Of(operation, subject);
        return TypedResults.Ok(operation.Kind == OperationKind.Update && subject?.Id == operation.SubjectId
            ? OperationViews.WithOutdated(view, await bindings.FindOutdatedAsync(subject, cancellationToken))
            : view);
    }

    internal static async Task<Accepted<OperationView>> CancelAsync(
        string id, bool? keep, IStateStore store, IOperationService operations, CancellationToken cancellationToken)
    {
        _ = await store.GetOperationAsync(id, cancellationToken);
        try
        {
            return Answers.Accepted(await operations.CancelAsync(id, keep == true, Answers.Requester, cancellationToken));
        }
        catch (RefusedException refused) when (refused.Code == ProblemCodes.NotAvailable)
        {
            throw new RefusedRequestException(StatusCodes.Status409Conflict, refused.Code, refused.Message, null, refused.Next);
        }
    }

    internal static async Task<EventStream> EventsAsync(
        string id, long? after, HttpRequest request, IStateStore store, TimeProvider clock, CancellationToken cancellationToken) =>
        new(store, clock, await store.GetOperationAsync(id, cancellationToken), EventStream.Position(request, after));

    internal static EventStream AllEvents(long? after, HttpRequest request, IStateStore store, TimeProvider clock) =>
        new(store, clock, null, EventStream.Position(request, after));

    internal static async Task<Ok<IReadOnlyList<EventView>>> JournalAsync(string id, IStateStore store, CancellationToken cancellationToken)
    {
        var operation = await store.GetOperationAsync(id, cancellationToken);
        var events = new List<EventView>();
        IReadOnlyList<JournalRecord> batch;
        do
        {
            batch = await store.ReadJournalAsync(operation.Id, events.Count == 0 ? 0 : events[^1].Position, Batch, cancellationToken);
            events.AddRange(batch.Select(EventViews.Of));
        }
        while (batch.Count == Batch);
        return TypedResults.Ok<IReadOnlyList<EventView>>(events);
    }

    private static SubjectKey Subject(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Enum.TryParse<SubjectKind>(text[..slash], ignoreCase: true, out var kind)
            ? new(kind, text[(slash + 1)..])
            : throw new RefusedRequestException(
                StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, $"The parameter subject is '{text}'.",
                "It is environment/NAME, container/NAME or application/NAME.");
    }
}

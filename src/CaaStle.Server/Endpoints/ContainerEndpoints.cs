using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CaaStle.Server.Endpoints;

internal static class ContainerEndpoints
{
    private const string Archive = "application/x-tar";

    public static void MapContainers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Containers, ListAsync).WithTags("containers")
            .WithSummary("Lists the containers, by name, a page after the other where there is a limit.").Problems(400);
        routes.MapPost(Routes.Containers, CreateAsync).WithTags("containers")
            .WithSummary("Builds a container from the build context in the body, a tar archive.")
            .Accepts<Stream>(Archive).Problems(400, 409, 413, 503);
        routes.MapPut(Routes.Containers + "/{name}", UpdateAsync).WithTags("containers")
            .WithSummary("Builds a container anew from the build context in the body; applications go on with the former image.")
            .Accepts<Stream>(Archive).Problems(400, 404, 409, 412, 413, 503);
        routes.MapGet(Routes.Containers + "/{name}", ShowAsync).WithTags("containers").WithSummary("Shows a container.").Problems(404);
        routes.MapDelete(Routes.Containers + "/{name}", DeleteAsync).WithTags("containers").WithSummary("Deletes a container.").Problems(400, 404, 409, 412);
    }

    internal static async Task<Ok<IReadOnlyList<ContainerSummary>>> ListAsync(
        [AsParameters] ListParameters parameters, IStateStore store, CancellationToken cancellationToken)
    {
        var summaries = new List<ContainerSummary>();
        await foreach (var containers in store.ListPagesAsync(parameters.ToFilter(SubjectKind.Container), cancellationToken))
        {
            var operations = await store.UnderWayAsync(containers, cancellationToken);
            summaries.AddRange(containers.Select(container => SubjectViews.Container(container, operations.GetValueOrDefault(container.Key))));
        }

        return TypedResults.Ok<IReadOnlyList<ContainerSummary>>(summaries);
    }

    internal static Task<Accepted<OperationView>> CreateAsync(
        string name,
        string registry,
        string? dockerfile,
        string? region,
        string? profile,
        bool? noRollback,
        [AsParameters] Acceptance acceptance,
        HttpContext context,
        ContextStore contexts,
        IStateStore store,
        IOperationService operations,
        CancellationToken cancellationToken)
    {
        ContextStore.CheckName(name);
        return acceptance.OnceAsync(OperationKind.Create, SubjectKey.Container(name), AcceptAsync);

        async Task<Operation> AcceptAsync()
        {
            if (await store.FindSubjectAsync(SubjectKey.Container(name), cancellationToken) is { } existing)
            {
                var underWay = await store.ListOperationsAsync(new(existing.Key, UnderWay: true, Limit: 1), cancellationToken);
                throw underWay is [var holder, ..] ? new OperationConflictException(holder) : new SubjectExistsException(existing.Key);
            }

            return await SaveAsync(name, context, contexts, BuildAsync, cancellationToken);
        }

        Task<Operation> BuildAsync(string archive) => operations.CreateContainerAsync(
            new(name, registry, archive, dockerfile ?? "Dockerfile", noRollback == true, Answers.Requester)
            {
                RequestKey = acceptance.Key,
                Options = OptionsOf((nameof(region), region), (nameof(profile), profile)),
            },
            cancellationToken);
    }

    private static Dictionary<string, string> OptionsOf(params IEnumerable<(string Name, string? Value)> given) =>
        given.Where(option => option.Value is not null).ToDictionary(option => option.Name, option => option.Value!);

    internal static Task<Accepted<OperationView>> UpdateAsync(
        string name,
        string? dockerfile,
        bool? noRollback,
        [AsParameters] Acceptance acceptance,
        HttpContext context,
        ContextStore contexts,
        IStateStore store,
        IOperationService operations,
        CancellationToken cancellationToken)
    {
        return acceptance.OnceAsync(OperationKind.Update, SubjectKey.Container(name), AcceptAsync);

        async Task<Operation> AcceptAsync()
        {
            var container = await store.GetSubjectAsync(SubjectKey.Container(name), cancellationToken);
            if (await store.ListOperationsAsync(new(container.Key, UnderWay: true, Limit: 1), cancellationToken) is [var holder, ..])
            {
                throw new OperationConflictException(holder);
            }

            return await SaveAsync(name, context, contexts, BuildAsync, cancellationToken);
        }

        Task<Operation> BuildAsync(string archive) => operations.UpdateContainerAsync(
            new(name, archive, dockerfile, noRollback == true, Answers.Requester) { RequestKey = acceptance.Key }, cancellationToken);
    }

    internal static async Task<Ok<ContainerDetail>> ShowAsync(
        string name, bool? reveal, IStateStore store, IBindingReader bindings, ISecretVault vault, CancellationToken cancellationToken)
    {
        var container = await store.GetSubjectAsync(SubjectKey.Container(name), cancellationToken);
        return TypedResults.Ok(SubjectViews.Container(
            container,
            await store.ListObjectsAsync(container.Id, cancellationToken),
            await bindings.ListImagesAsync(container, cancellationToken),
            await bindings.FindOutdatedAsync(container, cancellationToken),
            await store.UnderWayAsync(container.Key, cancellationToken),
            Answers.Outputs(reveal, vault)));
    }

    internal static Task<Accepted<OperationView>> DeleteAsync(
        string name, [AsParameters] Acceptance acceptance, IOperationService operations, CancellationToken cancellationToken)
    {
        var deletion = new DeleteSubject(SubjectKey.Container(name), Force: false, KeepData: false, Answers.Requester)
        {
            RequestKey = acceptance.Key,
        };
        return acceptance.OnceAsync(
            OperationKind.Delete, deletion.Subject, () => operations.DeleteAsync(deletion, cancellationToken));
    }

    /// <summary>Stores the build context, and removes it again where the operation that was accepted does not own it.</summary>
    private static async Task<Operation> SaveAsync(
        string name, HttpContext context, ContextStore contexts, Func<string, Task<Operation>> accept, CancellationToken cancellationToken)
    {
        var archive = await contexts.SaveAsync(name, context, cancellationToken);
        var isOwned = false;
        try
        {
            var operation = await accept(archive);
            isOwned = ContainerDefinition.Parse(operation.Request.Definition).ContextArchive == archive;
            return operation;
        }
        finally
        {
            if (!isOwned)
            {
                ContextStore.Remove(archive);
            }
        }
    }
}

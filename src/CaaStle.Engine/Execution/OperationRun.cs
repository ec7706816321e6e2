using CaaStle.Abstractions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>What every run of an operation needs.</summary>
public sealed record EngineServices(
    IStateStore Store,
    ISecretVault Vault,
    ICloudCatalog Catalog,
    HandlerRegistry Handlers,
    ObjectSerializer Serializer,
    Planner Planner,
    TimeProvider Clock,
    IRandomSource Random,
    IArtifactStore Artifacts);

/// <summary>
/// Carries out one operation from wherever the journal says that it is to one of its three ends (Rule 3). Running it again after a crash
/// is the same as running it: what is in the journal is taken from there, what is not is found out from the cloud.
/// </summary>
internal sealed class OperationRun(Operation operation, EngineServices services) : IDisposable
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> NoOutputs =
        new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>();

    private readonly CancellationTokenSource cancelled = new();
    private readonly Pace pace = new(services.Random);

    public void Dispose() => cancelled.Dispose();

    /// <summary>The user does not want it any more. The request is in the journal already.</summary>
    public void Cancel() => cancelled.Cancel();

    /// <param name="stop">The process is to end: leaves the operation as it is, to be run again later.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        var journal = await ReadJournalAsync(stop);
        await AppendAsync(new OperationStarted(Resumed: journal.Any(entry => entry is OperationStarted)));
        if (operation.Kind == OperationKind.Delete)
        {
            await DeleteAsync(journal, stop);
        }
        else
        {
            await CreateAsync(journal, stop);
        }
    }

    private async Task CreateAsync(IReadOnlyList<JournalEntry> journal, CancellationToken stop)
    {
        var failure = journal.OfType<OperationFailing>().FirstOrDefault()?.Failure;
        if (failure is null)
        {
            if (journal.OfType<CancelRequested>().Any())
            {
                cancelled.Cancel();
            }

            var creation = new Creation(operation, services, pace);
            failure = await creation.RunAsync(journal, cancelled.Token, stop);
            if (failure is null)
            {
                await AppendAsync(new OperationEnded(OperationState.Succeeded, creation.Outputs));
                return;
            }

            await AppendAsync(new OperationFailing(failure));
        }

        if (!Projection.IsUndone(operation, failure))
        {
            await AppendAsync(new OperationEnded(OperationState.Kept, NoOutputs));
            return;
        }

        await DeleteObjectsAsync(await services.Store.ListObjectsAsync(operation.SubjectId, stop), new HashSet<string>(), stop);
        await AppendAsync(new OperationEnded(OperationState.RolledBack, NoOutputs));
    }

    private async Task DeleteAsync(IReadOnlyList<JournalEntry> journal, CancellationToken stop)
    {
        var objects = await services.Store.ListObjectsAsync(operation.SubjectId, stop);
        if (!journal.OfType<OperationPlanned>().Any())
        {
            await AppendAsync(new OperationPlanned([.. objects.Select(item => new PlannedStep(item.Key, item.Kind, item.DependsOn))]));
        }

        var kept = operation.Request.KeepData ? Deletion.WithWhatTheyNeed(objects, item => item.HoldsData) : [];
        await DeleteObjectsAsync(objects, kept, stop);
        await AppendAsync(new OperationEnded(OperationState.Succeeded, NoOutputs));
    }

    private async Task DeleteObjectsAsync(IReadOnlyList<ObjectRecord> objects, IReadOnlySet<string> kept, CancellationToken stop)
    {
        var deletion = new Deletion(operation, services, pace);
        await deletion.RunAsync(objects, kept, stop);
        await deletion.CheckLeftoversAsync(kept, stop);
        if (operation.Subject.Kind == SubjectKind.Container)
        {
            services.Artifacts.Discard(ContainerDefinition.Parse(operation.Request.Definition).ContextArchive);
        }
    }

    private async Task<IReadOnlyList<JournalEntry>> ReadJournalAsync(CancellationToken stop)
    {
        const int page = 1000;
        var entries = new List<JournalEntry>();
        for (var position = 0L; ;)
        {
            var records = await services.Store.ReadJournalAsync(operation.Id, position, page, stop);
            entries.AddRange(records.Select(record => record.Entry));
            if (records.Count < page)
            {
                return entries;
            }

            position = records[^1].Position;
        }
    }

    private Task AppendAsync(JournalEntry entry) => services.Store.AppendAsync(operation.Id, [entry], CancellationToken.None);
}

using CaaStle.Abstractions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Execution;

/// <summary>Deletes recorded objects, each when those that depend on it are gone. Needs the record alone (Rule 5) and never gives up.</summary>
internal sealed class Deletion(Operation operation, EngineServices services, Pace pace)
{
    private const int KeptLines = 200;

    /// <returns>Keys of the chosen objects and of all that they depend on.</returns>
    public static HashSet<string> WithWhatTheyNeed(IReadOnlyList<ObjectRecord> objects, Func<ObjectRecord, bool> chosen)
    {
        var byKey = objects.ToDictionary(item => item.Key);
        var keys = new HashSet<string>();
        var open = new Stack<ObjectRecord>(objects.Where(chosen));
        while (open.TryPop(out var item))
        {
            if (keys.Add(item.Key))
            {
                foreach (var needed in item.DependsOn.Where(byKey.ContainsKey))
                {
                    open.Push(byKey[needed]);
                }
            }
        }

        return keys;
    }

    /// <param name="objects">In the order in which they were intended.</param>
    /// <param name="kept">Keys of those to leave behind.</param>
    public Task RunAsync(IReadOnlyList<ObjectRecord> objects, IReadOnlySet<string> kept, CancellationToken stop)
    {
        var dependents = objects
            .SelectMany(item => item.DependsOn.Select(needed => (needed, item.Key)))
            .ToLookup(pair => pair.needed, pair => pair.Key);
        return ObjectGraph.RunAsync(
            objects.Reverse(),
            item => item.Key,
            item => dependents[item.Key],
            item => item.Status == ObjectStatus.Kept ? Task.CompletedTask : DeleteAsync(item, kept.Contains(item.Key), stop));
    }

    /// <summary>Asks the cloud for everything with the subject's marks, until there is nothing that the journal does not keep on purpose.</summary>
    public async Task CheckLeftoversAsync(IReadOnlySet<string> kept, CancellationToken stop)
    {
        var subject = await services.Store.FindSubjectAsync(operation.Subject, stop);
        if (services.Catalog.Clouds.FirstOrDefault(cloud => cloud.Name == subject?.Cloud) is not IMarkedObjects scan || subject is null)
        {
            return;
        }

        IReadOnlyList<string>? reported = null;
        for (var attempt = 0; ; attempt++)
        {
            string[] left;
            try
            {
                IReadOnlyList<MarkedObject> found = [];
                await services.Calls.MakeAsync(
                    subject.Cloud,
                    "",
                    operation,
                    async () => found = await scan.FindMarkedAsync(services.Store.InstallationId, operation.SubjectId, stop),
                    stop);
                left = [.. found.Where(item => !kept.Contains(item.Key)).Select(item => $"{item.Kind} {item.Name}").Order()];
            }
            catch (Exception exception) when (!stop.IsCancellationRequested && CloudFaults.Understand(exception) is { } fault)
            {
                left = [$"unknown, for the cloud gives no answer: {fault.Message}"];
            }

            if (reported is null || !left.SequenceEqual(reported))
            {
                reported = left;
                await AppendAsync(new LeftoversChecked(left));
            }

            if (left.Length == 0)
            {
                return;
            }

            await Task.Delay(pace.AfterFailure(attempt), services.Clock, stop);
        }
    }

    /// <param name="isKept">Leave it behind, and say so.</param>
    public async Task DeleteAsync(ObjectRecord item, bool isKept, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (isKept)
        {
            await AppendAsync(new ObjectKept(item.Key, item.Identity));
            return;
        }

        if (item.Status != ObjectStatus.Deleting)
        {
            await AppendAsync(new ObjectDeleting(item.Key));
        }

        await KeepLogAsync(item, stop);
        await (await DriverAsync(item)).MakeAbsentAsync(stop);
        await AppendAsync(new ObjectDeleted(item.Key));
    }

    /// <summary>Drives the object by its record; its extension may be another one by now.</summary>
    public async Task<ObjectDriver> DriverAsync(ObjectRecord item)
    {
        try
        {
            var handler = services.Handlers.OfKind(item.Kind);
            var spec = (ICloudObjectSpec)services.Serializer.Deserialize(item.Spec, handler.SpecType);
            return ObjectDriver.Of(item, handler, spec, operation, services, pace);
        }
        catch (Exception exception)
        {
            // The extension is not installed any more, or cannot read what it wrote. The operation is taken up again until it can.
            await AppendAsync(new ObjectBlocked(item.Key, exception.Message));
            throw;
        }
    }

    /// <summary>
    /// Keeps the last lines of what an application goes on without: its former revision, or the one that failed. Without them if they
    /// cannot be had: nothing waits for a log.
    /// </summary>
    private async Task KeepLogAsync(ObjectRecord item, CancellationToken stop)
    {
        if (operation.Subject.Kind != SubjectKind.Application || operation.Kind is OperationKind.Delete or OperationKind.Run)
        {
            return;
        }

        var lines = new List<LogLine>();
        try
        {
            if (services.Handlers.OfKind(item.Kind) is ILogSource source)
            {
                var handler = services.Handlers.OfKind(item.Kind);
                var spec = (ICloudObjectSpec)services.Serializer.Deserialize(item.Spec, handler.SpecType);
                await foreach (var line in source.ReadLogsAsync(spec, new(Tail: KeptLines), stop))
                {
                    lines.Add(line);
                }
            }
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            lines.Clear();
        }

        if (lines.Count > 0)
        {
            await AppendAsync(new LogKept(item.Key, lines));
        }
    }

    private Task AppendAsync(JournalEntry entry) => services.Store.AppendAsync(operation.Id, [entry], CancellationToken.None);
}

using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

/// <summary>Something with this installation's marks that is in no record.</summary>
public sealed record Orphan(string Cloud, MarkedObject Found, bool HoldsData);

/// <param name="Unanswered">Clouds that could not be asked, each with why.</param>
public sealed record OrphanReport(IReadOnlyList<Orphan> Orphans, IReadOnlyList<string> Unanswered);

/// <param name="Failure">Why it is still there; null when it is gone.</param>
public sealed record OrphanRemoval(Orphan Orphan, string? Failure);

public interface IOrphanSweep
{
    /// <summary>Asks every cloud. What belongs to an operation that is under way is left out.</summary>
    Task<OrphanReport> FindAsync(CancellationToken cancellationToken);

    /// <summary>Deletes those that are orphans still, by their handlers. What is gone meanwhile counts as removed.</summary>
    Task<IReadOnlyList<OrphanRemoval>> RemoveAsync(IReadOnlyList<Orphan> chosen, CancellationToken cancellationToken);
}

/// <inheritdoc/>
public sealed class OrphanSweep(EngineServices services) : IOrphanSweep
{
    /// <summary>How often in a row nothing may go before those that are left are given up: one may need another, which goes later.</summary>
    private const int VainRounds = 8;

    /// <summary>How often what the cloud is deleting is looked at, however long that takes.</summary>
    private const int MostRounds = 60;

    private readonly IStateStore store = services.Store;
    private readonly Pace pace = new(services.Random);

    public async Task<OrphanReport> FindAsync(CancellationToken cancellationToken)
    {
        var (orphans, unanswered) = (new List<Orphan>(), new List<string>());
        foreach (var cloud in services.Catalog.Clouds)
        {
            if (cloud is not IMarkedObjects scan)
            {
                continue;
            }

            try
            {
                // The cloud first: what is made after that was recorded before it.
                foreach (var found in await scan.FindMarkedAsync(store.InstallationId, null, cancellationToken))
                {
                    if (await IsOrphanAsync(found, cancellationToken))
                    {
                        orphans.Add(new(cloud.Name, found, scan.SpecOf(found).HoldsData));
                    }
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && CloudFaults.Understand(exception) is { } fault)
            {
                unanswered.Add($"{cloud.Name}: {fault.Message}");
            }
        }

        return new(orphans, unanswered);
    }

    public async Task<IReadOnlyList<OrphanRemoval>> RemoveAsync(IReadOnlyList<Orphan> chosen, CancellationToken cancellationToken)
    {
        var removals = new Dictionary<Orphan, OrphanRemoval>();
        var pending = chosen.ToHashSet();
        var vainRounds = 0;
        for (var round = 1; ; round++)
        {
            vainRounds++;
            foreach (var orphan in pending.ToList())
            {
                var (outcome, word) = await RemoveAsync(orphan, cancellationToken);
                removals[orphan] = new(orphan, outcome == Outcome.Gone ? null : word);
                if (outcome is Outcome.Gone or Outcome.Refused)
                {
                    pending.Remove(orphan);
                }

                if (outcome is Outcome.Gone or Outcome.OnItsWay)
                {
                    vainRounds = 0;
                }
            }

            if (pending.Count == 0 || vainRounds > VainRounds || round == MostRounds)
            {
                return [.. chosen.Select(orphan => removals[orphan])];
            }

            await Task.Delay(pace.AfterFailure(round), services.Clock, cancellationToken);
        }
    }

    private async Task<(Outcome Outcome, string Word)> RemoveAsync(Orphan orphan, CancellationToken cancellationToken)
    {
        var found = orphan.Found;
        if (services.Catalog.Clouds.FirstOrDefault(cloud => cloud.Name == orphan.Cloud) is not IMarkedObjects scan)
        {
            return (Outcome.Refused, $"there is no cloud '{orphan.Cloud}' that can be searched");
        }

        try
        {
            var marked = await scan.FindMarkedAsync(store.InstallationId, found.SubjectId, cancellationToken);
            if (!marked.Contains(found))
            {
                return (Outcome.Gone, "");
            }

            if (!await IsOrphanAsync(found, cancellationToken))
            {
                return (Outcome.Refused, $"it belongs to {found.Subject}");
            }

            var spec = scan.SpecOf(found);
            var handler = services.Handlers.Of(spec);
            var call = new ObjectCall(new(store.InstallationId, found.Subject, found.SubjectId, "", found.Key), NoLog.Instance, CancellationToken.None);
            var seen = await handler.ReadAsync(spec, call, cancellationToken);
            if (seen.Condition is Condition.Absent or Condition.Foreign)
            {
                return (Outcome.Blocked, $"it is found by its marks, but not by its name: {seen.Word}");
            }

            await handler.DeleteAsync(spec, call, cancellationToken);
            seen = await handler.ReadAsync(spec, call, cancellationToken);
            return seen.Condition switch
            {
                Condition.Absent => (Outcome.Gone, ""),
                Condition.InProgress => (Outcome.OnItsWay, seen.Word),
                _ => (Outcome.Blocked, $"it is still there: {seen.Word}"),
            };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return CloudFaults.Understand(exception) switch
            {
                null => (Outcome.Refused, exception.Message),
                { Fault: CloudFault.Refused } refused => (Outcome.Refused, refused.Message),
                { } fault => (Outcome.Blocked, fault.Message),
            };
        }
    }

    private async Task<bool> IsOrphanAsync(MarkedObject found, CancellationToken cancellationToken)
    {
        var underWay = await store.ListOperationsAsync(new(UnderWay: true, Limit: int.MaxValue), cancellationToken);
        var recorded = await store.ListObjectsAsync(found.SubjectId, cancellationToken);
        return underWay.All(operation => operation.SubjectId != found.SubjectId) && recorded.All(item => item.Key != found.Key);
    }

    private enum Outcome
    {
        Gone,

        /// <summary>The cloud is deleting it.</summary>
        OnItsWay,

        /// <summary>It may go later: something that needs it may go, or the cloud may answer.</summary>
        Blocked,

        /// <summary>Trying again would not help.</summary>
        Refused,
    }
}

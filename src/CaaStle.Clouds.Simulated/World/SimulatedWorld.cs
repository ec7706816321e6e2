using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>How the simulated cloud lets time pass.</summary>
/// <param name="CallLatency">How long each call takes.</param>
/// <param name="Deletion">How long a deletion takes after it was accepted.</param>
/// <param name="Visibility">How long reads lag behind: a made object is not seen, a deleted one is still seen.</param>
public sealed record WorldTiming(TimeSpan CallLatency, TimeSpan Deletion, TimeSpan Visibility);

/// <summary>
/// A cloud with an API of few calls, names that are unique, objects that take their time, and a deletion that is refused while
/// something depends on what is to go. Kept in a file where one is given, so that it outlives the process.
/// </summary>
public sealed class SimulatedWorld : IWorld
{
    private readonly TimeProvider clock;
    private readonly WorldTiming timing;
    private readonly IWorldFaults faults;
    private readonly WorldFile? file;
    private readonly Lock gate;
    private readonly WorldObjects objects;

    /// <param name="file">Where the world is kept; null for memory alone.</param>
    public SimulatedWorld(TimeProvider clock, WorldTiming timing, IWorldFaults? faults = null, string? file = null)
    {
        (this.clock, this.timing, this.faults) = (clock, timing, faults ?? new NoFaults());
        this.file = file is null ? null : new(file, clock);
        (gate, objects) = (new(), new());
    }

    private SimulatedWorld(SimulatedWorld other, IWorldFaults faults)
    {
        (clock, timing, file, gate, objects) = (other.clock, other.timing, other.file, other.gate, other.objects);
        this.faults = faults;
    }

    public WorldTiming Timing => timing;

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The same world, as somebody sees it for whom other things go wrong.</summary>
    public SimulatedWorld SeenWith(IWorldFaults faults) => new(this, faults);

    /// <summary>All that exists, whatever reads would show.</summary>
    public IReadOnlyList<WorldObject> Objects
    {
        get
        {
            lock (gate)
            {
                Settle();
                return [.. objects.All];
            }
        }
    }

    public Task<WorldObject?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(new(WorldCallKind.Describe, name), () => Seen(name), cancellationToken);

    public Task<IReadOnlyList<WorldObject?>> DescribeAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        CallAsync(
            new(WorldCallKind.DescribeMany, "") { Names = names }, () => (IReadOnlyList<WorldObject?>)[.. names.Select(Seen)], cancellationToken);

    public Task<IReadOnlyList<WorldObject>> FindAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) => CallAsync(
        new(WorldCallKind.Find, ""),
        () => (IReadOnlyList<WorldObject>)[.. objects.All.Where(item =>
            clock.GetUtcNow() >= item.VisibleAt && labels.All(label => item.Labels.GetValueOrDefault(label.Key) == label.Value))],
        cancellationToken);

    public Task CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        TimeSpan readyAfter,
        TimeSpan? failsAfter,
        string failureReason,
        IReadOnlyList<string> needs,
        CancellationToken cancellationToken,
        string content = "",
        WorldManner? manner = null) => CallAsync(
            new(WorldCallKind.Create, name),
            () =>
            {
                if (objects.Find(name) is not null)
                {
                    throw new CloudException(CloudFault.Busy, $"{name} exists already") { Code = "AlreadyExists" };
                }

                CheckNeeds(needs);
                var now = clock.GetUtcNow();
                Put(new(name, labels, now + readyAfter, now + failsAfter, failureReason, needs, GoneAt: null, VisibleAt: now + timing.Visibility, content)
                {
                    MadeAt = now,
                    VanishesAt = now + manner?.Vanishes,
                    Deletion = manner?.Deletion,
                    States = manner?.States ?? [],
                });
                return true;
            },
            cancellationToken);

    public Task ChangeAsync(
        string name, string content, TimeSpan readyAfter, IReadOnlyList<string> needs, CancellationToken cancellationToken) => CallAsync(
            new(WorldCallKind.Change, name),
            () =>
            {
                if (objects.Find(name) is not { GoneAt: null } found)
                {
                    throw new CloudException(CloudFault.Busy, $"{name} does not exist") { Code = "NotFound" };
                }

                CheckNeeds(needs);
                var now = clock.GetUtcNow();
                Put(found with { Content = content, Needs = needs, MadeAt = now, ReadyAt = now + readyAfter });
                return true;
            },
            cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => CallAsync(
        new(WorldCallKind.Delete, name),
        () =>
        {
            if (objects.DependentOf(name) is { } dependent)
            {
                throw new CloudException(CloudFault.Busy, $"{name} is in use by {dependent}") { Code = "DependencyViolation" };
            }

            if (objects.Find(name) is { GoneAt: null } found)
            {
                Put(found with { GoneAt = clock.GetUtcNow() + (found.Deletion ?? timing.Deletion) });
            }

            return true;
        },
        cancellationToken);

    /// <summary>Somebody else deletes the object, at once and without a call. Not for a world that is kept in a file.</summary>
    public void Remove(string name)
    {
        lock (gate)
        {
            objects.Remove(name);
        }
    }

    /// <summary>Somebody else changes the object, at once and without a call. Not for a world that is kept in a file.</summary>
    public void Alter(string name, string content)
    {
        lock (gate)
        {
            objects.Put(objects.Find(name)! with { Content = content });
        }
    }

    /// <summary>Somebody else makes an object, at once and without a call. Not for a world that is kept in a file.</summary>
    public void Add(string name)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            objects.Put(new(name, new Dictionary<string, string> { ["owner"] = "somebody else" }, now, null, "", [], GoneAt: null, VisibleAt: now));
        }
    }

    private async Task<TAnswer> CallAsync<TAnswer>(WorldCall call, Func<TAnswer> apply, CancellationToken cancellationToken)
    {
        await Task.Delay(timing.CallLatency, clock, cancellationToken);
        var fault = await faults.BeforeAsync(call, cancellationToken);
        if (fault is not null)
        {
            throw fault;
        }

        var answer = file is null || !call.IsChange ? Apply(apply) : await ApplyAndKeepAsync(file, apply, cancellationToken);
        var lost = await faults.AfterAsync(call, cancellationToken);
        return lost is null ? answer : throw lost;
    }

    private TAnswer Apply<TAnswer>(Func<TAnswer> apply)
    {
        lock (gate)
        {
            Settle();
            return apply();
        }
    }

    private async Task<TAnswer> ApplyAndKeepAsync<TAnswer>(WorldFile file, Func<TAnswer> apply, CancellationToken cancellationToken)
    {
        TAnswer answer;
        using (await file.TakeTurnAsync(cancellationToken))
        {
            answer = Apply(apply);
        }

        await file.FlushAsync(cancellationToken);
        return answer;
    }

    private WorldObject? Seen(string name) => objects.Find(name) is { } found && clock.GetUtcNow() >= found.VisibleAt ? found : null;

    private void CheckNeeds(IReadOnlyList<string> needs)
    {
        if (needs.FirstOrDefault(need => objects.Find(need) is null) is { } missing)
        {
            throw new CloudException(CloudFault.Refused, $"{missing} does not exist") { Code = "NotFound" };
        }
    }

    private void Put(WorldObject item)
    {
        file?.Write(item, isOnly: objects.IsEmpty);
        objects.Put(item);
    }

    private void Settle()
    {
        file?.ReadOn(objects.Clear, objects.Put);
        objects.RemoveEnded(clock.GetUtcNow());
    }
}

using System.Text.Json;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>What somebody made in the simulated cloud.</summary>
/// <param name="ReadyAt">When it works; never, where it fails first.</param>
/// <param name="FailsAt">When it breaks; null for never.</param>
/// <param name="Needs">Names of objects that cannot be deleted before this one.</param>
/// <param name="GoneAt">When its deletion is complete; null while nobody deletes it.</param>
/// <param name="VisibleAt">Before this, reads do not show it.</param>
/// <param name="Content">What of it can be changed in place.</param>
public sealed record WorldObject(
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset ReadyAt,
    DateTimeOffset? FailsAt,
    string FailureReason,
    IReadOnlyList<string> Needs,
    DateTimeOffset? GoneAt,
    DateTimeOffset VisibleAt,
    string Content = "");

/// <summary>How the simulated cloud lets time pass.</summary>
/// <param name="CallLatency">How long each call takes.</param>
/// <param name="Deletion">How long a deletion takes after it was accepted.</param>
/// <param name="Visibility">How long reads lag behind: a made object is not seen, a deleted one is still seen.</param>
public sealed record WorldTiming(TimeSpan CallLatency, TimeSpan Deletion, TimeSpan Visibility);

/// <summary>
/// A cloud with an API of few calls, names that are unique, objects that take their time, and a deletion that is refused while
/// something depends on what is to go. Kept in a file where one is given, so that it outlives the process.
/// </summary>
public sealed class SimulatedWorld
{
    private readonly TimeProvider clock;
    private readonly WorldTiming timing;
    private readonly IWorldFaults faults;
    private readonly string? file;
    private readonly Lock gate;
    private readonly SortedDictionary<string, WorldObject> objects;

    /// <param name="file">Where the world is kept; null for memory alone.</param>
    public SimulatedWorld(TimeProvider clock, WorldTiming timing, IWorldFaults? faults = null, string? file = null)
    {
        (this.clock, this.timing, this.faults, this.file) = (clock, timing, faults ?? new NoFaults(), file);
        (gate, objects) = (new(), new(StringComparer.Ordinal));
        if (file is not null && File.Exists(file))
        {
            foreach (var item in JsonSerializer.Deserialize<WorldObject[]>(File.ReadAllText(file)) ?? [])
            {
                objects.Add(item.Name, item);
            }
        }
    }

    private SimulatedWorld(SimulatedWorld other, IWorldFaults faults)
    {
        (clock, timing, file, gate, objects) = (other.clock, other.timing, other.file, other.gate, other.objects);
        this.faults = faults;
    }

    public WorldTiming Timing => timing;

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
                return [.. objects.Values];
            }
        }
    }

    /// <summary>The object as reads show it; null when they show none.</summary>
    public Task<WorldObject?> DescribeAsync(string name, CancellationToken cancellationToken) => CallAsync(
        new(WorldCallKind.Describe, name),
        () => objects.TryGetValue(name, out var found) && clock.GetUtcNow() >= found.VisibleAt ? found : null,
        cancellationToken);

    /// <summary>All that reads show with these labels.</summary>
    public Task<IReadOnlyList<WorldObject>> FindAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) => CallAsync(
        new(WorldCallKind.Find, ""),
        () => (IReadOnlyList<WorldObject>)[.. objects.Values.Where(item =>
            clock.GetUtcNow() >= item.VisibleAt && labels.All(label => item.Labels.GetValueOrDefault(label.Key) == label.Value))],
        cancellationToken);

    /// <exception cref="CloudException">The name is taken, or what the object needs is not there.</exception>
    public Task CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        TimeSpan readyAfter,
        TimeSpan? failsAfter,
        string failureReason,
        IReadOnlyList<string> needs,
        CancellationToken cancellationToken,
        string content = "") => CallAsync(
            new(WorldCallKind.Create, name),
            () =>
            {
                if (objects.ContainsKey(name))
                {
                    throw new CloudException(CloudFault.Busy, $"{name} exists already") { Code = "AlreadyExists" };
                }

                if (needs.FirstOrDefault(need => !objects.ContainsKey(need)) is { } missing)
                {
                    throw new CloudException(CloudFault.Refused, $"{missing} does not exist") { Code = "NotFound" };
                }

                var now = clock.GetUtcNow();
                objects[name] = new(
                    name, labels, now + readyAfter, now + failsAfter, failureReason, needs, GoneAt: null, VisibleAt: now + timing.Visibility, content);
                Save();
                return true;
            },
            cancellationToken);

    /// <exception cref="CloudException">The object is not there, is going, or would need what is not there.</exception>
    public Task ChangeAsync(
        string name, string content, TimeSpan readyAfter, IReadOnlyList<string> needs, CancellationToken cancellationToken) => CallAsync(
            new(WorldCallKind.Change, name),
            () =>
            {
                if (!objects.TryGetValue(name, out var found) || found.GoneAt is not null)
                {
                    throw new CloudException(CloudFault.Busy, $"{name} does not exist") { Code = "NotFound" };
                }

                if (needs.FirstOrDefault(need => !objects.ContainsKey(need)) is { } missing)
                {
                    throw new CloudException(CloudFault.Refused, $"{missing} does not exist") { Code = "NotFound" };
                }

                objects[name] = found with { Content = content, Needs = needs, ReadyAt = clock.GetUtcNow() + readyAfter };
                Save();
                return true;
            },
            cancellationToken);

    /// <exception cref="CloudException">Something depends on the object.</exception>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) => CallAsync(
        new(WorldCallKind.Delete, name),
        () =>
        {
            if (objects.Values.FirstOrDefault(item => item.Needs.Contains(name)) is { } dependent)
            {
                throw new CloudException(CloudFault.Busy, $"{name} is in use by {dependent.Name}") { Code = "DependencyViolation" };
            }

            if (objects.TryGetValue(name, out var found) && found.GoneAt is null)
            {
                objects[name] = found with { GoneAt = clock.GetUtcNow() + timing.Deletion };
                Save();
            }

            return true;
        },
        cancellationToken);

    /// <summary>Somebody else deletes the object, at once and without a call.</summary>
    public void Remove(string name)
    {
        lock (gate)
        {
            objects.Remove(name);
            Save();
        }
    }

    /// <summary>Somebody else makes an object, at once and without a call.</summary>
    public void Add(string name)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            objects[name] = new(name, new Dictionary<string, string> { ["owner"] = "somebody else" }, now, null, "", [], GoneAt: null, VisibleAt: now);
            Save();
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

        TAnswer answer;
        lock (gate)
        {
            Settle();
            answer = apply();
        }

        var lost = await faults.AfterAsync(call, cancellationToken);
        return lost is null ? answer : throw lost;
    }

    private void Settle()
    {
        var now = clock.GetUtcNow();
        foreach (var gone in objects.Values.Where(item => item.GoneAt <= now).ToList())
        {
            objects.Remove(gone.Name);
        }
    }

    private void Save()
    {
        if (file is not null)
        {
            var next = file + ".new";
            File.WriteAllText(next, JsonSerializer.Serialize(objects.Values));
            File.Move(next, file, overwrite: true);
        }
    }
}

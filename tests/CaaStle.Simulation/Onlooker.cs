using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Simulation.Graph;

namespace CaaStle.Simulation;

/// <summary>A user who looks, and remembers how the world really was: what they are shown must have been so at some time since they asked.</summary>
internal sealed class Onlooker(SimulatedHost host, Action<string> violate)
{
    private readonly Dictionary<string, List<Version>> versions = [];

    public int Looks { get; private set; }

    /// <summary>The object has just been made, changed or deleted.</summary>
    public void Note(string name)
    {
        var now = host.Time.GetUtcNow();
        if (!versions.TryGetValue(name, out var known))
        {
            versions[name] = known = [];
        }

        known.Add(new(now, host.World.Objects.FirstOrDefault(item => item.Name == name)));
    }

    public async Task LookAsync(SubjectRecord subject)
    {
        // What was true before the cloud's reads caught up is the best that anybody can be shown.
        var since = host.Time.GetUtcNow() - host.World.Timing.Visibility;
        foreach (var shown in await new DriftReader(host.Services).ReadAsync(subject, default))
        {
            Looks++;
            if (!WasSo(shown, since))
            {
                violate($"{shown.Record.Identity} was shown as {shown.Drift} ({shown.Word}), which it was at no time since {since:HH:mm:ss.fff}");
            }
        }
    }

    private bool WasSo(ObservedObject shown, DateTimeOffset since)
    {
        var known = versions.GetValueOrDefault(shown.Record.Identity, []).Prepend(new(DateTimeOffset.MinValue, null)).ToList();
        var now = host.Time.GetUtcNow();
        for (var index = 0; index < known.Count; index++)
        {
            var from = Later(known[index].At, since);
            var until = index + 1 < known.Count ? known[index + 1].At : now;
            if (from <= until && CanShow(shown, known[index].Item, from, until))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the object was as it is shown at some time between the two, while nobody called.</summary>
    private bool CanShow(ObservedObject shown, WorldObject? item, DateTimeOffset from, DateTimeOffset until) => shown.Drift switch
    {
        Drift.Missing => item is null || item.GoneAt <= until || !item.Labels.ContainsKey(Abstractions.Marks.SubjectIdLabel),
        Drift.None => item is not null
            && item.Content == GraphHandler.ContentOf(shown.Record, host.Services.Serializer)
            && Later(item.ReadyAt, from) <= until
            && !(item.GoneAt <= from)
            && !(item.FailsAt <= Later(item.ReadyAt, from)),
        Drift.Broken => item is not null && item.FailsAt <= until && !(item.GoneAt <= from),
        Drift.Changed => item is not null && item.Content != GraphHandler.ContentOf(shown.Record, host.Services.Serializer),
        _ => true,
    };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private sealed record Version(DateTimeOffset At, WorldObject? Item);
}

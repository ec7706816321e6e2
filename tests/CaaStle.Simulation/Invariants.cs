using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Simulation.Graph;

namespace CaaStle.Simulation;

/// <summary>What must hold at every step, and at the end.</summary>
internal sealed class Invariants(SimulatedHost host)
{
    private const int MostStarts = 50;

    private readonly Dictionary<string, IReadOnlyList<WorldObject>> worldAtStart = [];
    private readonly Dictionary<string, IReadOnlyList<ObjectRecord>> recordAtStart = [];

    /// <summary>By a subject's identity, when that began which has made it last; not of what was kept half done.</summary>
    private readonly Dictionary<string, DateTimeOffset> settled = [];
    private readonly HashSet<(string SubjectId, string Key)> drawn = [];
    private readonly Dictionary<string, int> starts = [];
    private readonly Dictionary<string, DateTimeOffset> startedAt = [];
    private readonly HashSet<string> keeping = [];
    private readonly HashSet<(string Operation, string Key)> retiring = [];

    /// <summary>When others have last deleted or changed what is called so.</summary>
    private readonly Dictionary<string, DateTimeOffset> vandalized = [];

    /// <summary>The first that did not hold.</summary>
    public string? Violation { get; private set; }

    public int Operations { get; private set; }

    /// <summary>Others have deleted or changed the object behind our back.</summary>
    public void NoteVandalism(string name) => vandalized[name] = host.Time.GetUtcNow();

    public void Violate(string what) => Violation ??= what;

    /// <summary>Before a call is applied: what changes the cloud was announced, and touches nothing of others.</summary>
    public Exception? Check(WorldCall call)
    {
        if (!call.IsChange)
        {
            return null;
        }

        var record = Records().FirstOrDefault(item => item.Identity == call.Name);
        var announced = call.Kind == WorldCallKind.Delete
            ? record is { Status: ObjectStatus.Deleting }
            : record is { Status: ObjectStatus.Intended or ObjectStatus.Changing };
        if (!announced)
        {
            Violate($"{call.Kind} {call.Name} without a durable intent ({record?.Status.ToString() ?? "no record"})");
        }

        var target = host.World.Objects.FirstOrDefault(item => item.Name == call.Name);
        if (target is not null && record is not null && target.Labels.GetValueOrDefault(Marks.KeyLabel) != record.Key)
        {
            Violate($"{call.Kind} of {call.Name}, which is not ours");
        }

        if (call.Kind == WorldCallKind.Delete && host.World.Objects.FirstOrDefault(item => item.Needs.Contains(call.Name)) is { } dependent)
        {
            Violate($"deletes {call.Name} before {dependent.Name}, which needs it");
        }

        if (call.Kind == WorldCallKind.Create)
        {
            if (target is not null && !vandalized.ContainsKey(call.Name))
            {
                Violate($"makes {call.Name} although it is there");
            }

            if (host.World.Objects.FirstOrDefault(item => item.Name != call.Name && record is not null
                && item.Labels.GetValueOrDefault(Marks.SubjectIdLabel) == record.SubjectId
                && item.Labels.GetValueOrDefault(Marks.KeyLabel) == record.Key) is { } twin)
            {
                Violate($"makes {call.Name} although {twin.Name} is the same");
            }
        }

        return null;
    }

    public void Check(JournalRecord record)
    {
        var operation = Operation(record.OperationId);
        if (record.Entry is OperationStarted && (starts[operation.Id] = starts.GetValueOrDefault(operation.Id) + 1) > MostStarts)
        {
            Violate($"{operation.Id} breaks off again and again");
        }

        switch (record.Entry)
        {
            case OperationQueued:
                Operations++;
                break;
            case ValueGenerated value when !drawn.Add((operation.SubjectId, value.Key)):
                Violate($"{value.Key} of {operation.Subject} was drawn twice");
                break;
            case OperationFailing { Failure: { Code: Failure.Internal } failure } when !failure.Message.Contains("holds data", StringComparison.Ordinal):
                Violate($"{operation.Id}: {failure.Message}");
                break;
            case CancelRequested { Keep: true }:
                keeping.Add(operation.Id);
                break;
            case OperationCommitted committed:
                retiring.UnionWith(committed.Retiring.Select(key => (operation.Id, key)));
                break;
            case OperationStarted { Resumed: false }:
                startedAt[operation.Id] = host.Time.GetUtcNow();
                worldAtStart[operation.Id] = OfSubject(operation);
                recordAtStart[operation.Id] = Records(operation.SubjectId);
                break;
            case OperationEnded ended:
                CheckEnd(operation, ended.State);
                break;
        }
    }

    /// <summary>Nothing is under way: the cloud holds exactly what the record says.</summary>
    public void CheckAtRest()
    {
        var recorded = Records().Select(item => item.Identity).ToHashSet();
        foreach (var item in host.World.Objects.Where(item => IsOurs(item) && !recorded.Contains(item.Name)))
        {
            Violate($"{item.Name} was leaked: it is in no record");
        }

        foreach (var item in Records().Where(item => item.Status == ObjectStatus.Ready && settled.ContainsKey(item.SubjectId)))
        {
            CheckIsThere(item, settled[item.SubjectId]);
        }
    }

    /// <summary>Everything was deleted.</summary>
    public void CheckEmpty()
    {
        var kept = Records().Where(item => item.Status == ObjectStatus.Kept).Select(item => item.Identity).ToHashSet();
        foreach (var item in host.World.Objects.Where(item => IsOurs(item) && !kept.Contains(item.Name)))
        {
            Violate($"{item.Name} is left after everything was deleted");
        }

        foreach (var item in Records().Where(item => item.Status != ObjectStatus.Kept))
        {
            Violate($"the record still has {item.Identity} after everything was deleted");
        }
    }

    private void CheckEnd(Operation operation, OperationState state)
    {
        var world = OfSubject(operation);
        var records = Records(operation.SubjectId);
        switch (state)
        {
            case OperationState.Succeeded when operation.Kind == OperationKind.Delete:
                foreach (var item in world.Where(item => records.All(record => record.Identity != item.Name)))
                {
                    Violate($"{operation.Id} has deleted {operation.Subject}, but {item.Name} is there");
                }

                break;
            case OperationState.Succeeded:
                CheckIsInForce(operation);
                foreach (var item in records.Where(item => retiring.Contains((operation.Id, item.Key))))
                {
                    Violate($"{operation.Id} succeeded, but {item.Key}, which is not needed any more, is still there");
                }

                if (operation.Request.Action == OperationAction.Accept)
                {
                    CheckAccepted(operation, records);
                }
                else if (operation.Kind != OperationKind.Run)
                {
                    CheckIsMade(operation, records);
                }

                break;
            case OperationState.RolledBack:
                CheckRolledBack(operation, world, records);
                break;
            case OperationState.Kept:
                CheckKept(operation);
                settled.Remove(operation.SubjectId);
                break;
        }
    }

    private void CheckRolledBack(Operation operation, IReadOnlyList<WorldObject> world, IReadOnlyList<ObjectRecord> records)
    {
        var before = recordAtStart[operation.Id];
        foreach (var item in worldAtStart[operation.Id].Where(item => !vandalized.ContainsKey(item.Name)))
        {
            var now = world.FirstOrDefault(other => other.Name == item.Name);
            if (now is null)
            {
                Violate($"{operation.Id} was rolled back, but {item.Name} is gone");
            }
            else if (now.Content != item.Content && before.Any(record => record.Identity == item.Name && record.Status == ObjectStatus.Ready))
            {
                Violate($"{operation.Id} was rolled back, but {item.Name} is '{now.Content}' instead of '{item.Content}'");
            }
        }

        foreach (var item in world.Where(item => before.All(record => record.Identity != item.Name)))
        {
            Violate($"{operation.Id} was rolled back, but has left {item.Name}");
        }

        if (!before.Select(item => item.Key).Order().SequenceEqual(records.Select(item => item.Key).Order()))
        {
            Violate($"{operation.Id} was rolled back, but the record has other objects than before");
        }
    }

    /// <summary>Only who asked for it finds the wreck kept.</summary>
    private void CheckKept(Operation operation)
    {
        var isAsked = operation.Request.KeepOnFailure && operation.Failure?.Code != Failure.Cancelled;
        if (!isAsked && !keeping.Contains(operation.Id))
        {
            Violate($"{operation.Id} was kept, and nobody asked for it");
        }
    }

    private void CheckIsInForce(Operation operation)
    {
        var subject = host.Store.FindSubjectAsync(operation.Subject, default).Result;
        if (operation.Kind is OperationKind.Create or OperationKind.Update && subject?.Definition != operation.Request.Definition)
        {
            Violate($"{operation.Id} succeeded, but another definition of {operation.Subject} is in force");
        }
    }

    private void CheckIsMade(Operation operation, IReadOnlyList<ObjectRecord> records)
    {
        settled[operation.SubjectId] = startedAt[operation.Id];
        foreach (var item in records)
        {
            if (item.Status != ObjectStatus.Ready)
            {
                Violate($"{operation.Id} succeeded, but {item.Key} is {item.Status}");
            }

            CheckIsThere(item, startedAt[operation.Id]);
        }
    }

    /// <summary>What is missing is forgotten, and all else is as it was.</summary>
    private void CheckAccepted(Operation operation, IReadOnlyList<ObjectRecord> records)
    {
        foreach (var item in records.Where(item => recordAtStart[operation.Id].All(before => (before.Key, before.Status) != (item.Key, item.Status))))
        {
            Violate($"{operation.Id} only accepts what is missing, but has made {item.Key} {item.Status}");
        }

        foreach (var before in recordAtStart[operation.Id].Where(before => records.All(item => item.Key != before.Key)))
        {
            if (host.World.Objects.FirstOrDefault(item => item.Name == before.Identity) is { } found && IsOurs(found))
            {
                Violate($"{operation.Id} has forgotten {before.Identity}, which is there");
            }
        }
    }

    /// <param name="since">What others have done to it from then on nobody has to know.</param>
    private void CheckIsThere(ObjectRecord item, DateTimeOffset since)
    {
        if (vandalized.TryGetValue(item.Identity, out var at) && at >= since)
        {
            return;
        }

        var found = host.World.Objects.FirstOrDefault(other => other.Name == item.Identity && IsOurs(other));
        if (found is null || found.ReadyAt > host.Time.GetUtcNow())
        {
            Violate($"{item.Identity} is said to be ready, but is not {(found is null ? "there" : "yet")}");
        }
        else if (GraphHandler.ContentOf(item, host.Services.Serializer) is var content && found.Content != content)
        {
            Violate($"{item.Identity} is said to be ready, but is '{found.Content}' instead of '{content}'");
        }
    }

    private static bool IsOurs(WorldObject item) => item.Labels.ContainsKey(Marks.SubjectIdLabel);

    private IReadOnlyList<WorldObject> OfSubject(Operation operation) =>
        [.. host.World.Objects.Where(item => item.GoneAt is null && item.Labels.GetValueOrDefault(Marks.SubjectIdLabel) == operation.SubjectId)];

    private Operation Operation(string id) => host.Store.FindOperationAsync(id, default).Result!;

    private IReadOnlyList<ObjectRecord> Records(string subjectId) => host.Store.ListObjectsAsync(subjectId, default).Result;

    private IEnumerable<ObjectRecord> Records() => host.AllObjects;
}

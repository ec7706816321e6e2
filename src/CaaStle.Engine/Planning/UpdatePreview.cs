using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Planning;

public enum ChangeKind
{
    Create,
    Keep,

    /// <summary>It stays, and becomes what is asked for.</summary>
    Change,

    /// <summary>It is deleted, and another is made.</summary>
    Replace,
    Delete,
}

/// <summary>What an update would do with one object.</summary>
/// <param name="LosesData">What the object keeps would be gone.</param>
public sealed record PlannedChange(
    string Key, string Kind, string? Identity, IReadOnlyList<string> DependsOn, ChangeKind Change, bool HoldsData, bool LosesData);

/// <summary>Compares a blueprint with what is recorded. Asks no cloud.</summary>
/// <param name="values">Generated values by key, protected.</param>
internal sealed class UpdatePreview(EngineServices services, IReadOnlyList<ObjectRecord> objects, IReadOnlyDictionary<string, string> values)
{
    private readonly HandlerRegistry handlers = services.Handlers;
    private readonly ObjectSerializer serializer = services.Serializer;
    private readonly Dictionary<Node, ObjectRecord> standing = [];
    private readonly HashSet<Node> toBeMade = [];

    public IReadOnlyList<PlannedChange> Of(Blueprint blueprint)
    {
        var changes = new List<PlannedChange>();
        foreach (var node in blueprint.Nodes)
        {
            var change = Of(node);
            changes.Add(change);
            if (node is IObjectNode && change.Change is ChangeKind.Create or ChangeKind.Replace)
            {
                toBeMade.Add(node);
            }
        }

        changes.AddRange(objects.Except(standing.Values).Select(item =>
            new PlannedChange(item.Key, item.Kind, item.Identity, item.DependsOn, ChangeKind.Delete, item.HoldsData, LosesData: item.HoldsData)));
        return changes;
    }

    private PlannedChange Of(Node node)
    {
        string[] dependencies = [.. node.Dependencies.Select(dependency => dependency.Key)];
        if (node is not IObjectNode planned)
        {
            var isDrawn = values.ContainsKey(node.Key);
            return new(
                node.Key, PlannedStep.GeneratedValue, null, dependencies, isDrawn ? ChangeKind.Keep : ChangeKind.Create, HoldsData: false, LosesData: false);
        }

        var spec = TryEvaluate(planned);
        var record = objects.Where(item => item.BlueprintKey == node.Key).StandingFor(spec?.Identity);
        if (record is not null)
        {
            standing[node] = record;
        }

        var kind = handlers.KindOf(planned);
        var change = (record, spec) switch
        {
            (null, _) => ChangeKind.Create,

            // What it is to be depends on what is not made yet: the worst is told.
            (_, null) => ChangeKind.Replace,
            _ => Compare(record, kind, spec),
        };
        var losesData = change == ChangeKind.Replace && record!.HoldsData;
        return new(node.Key, kind, spec?.Identity ?? record?.Identity, dependencies, change, spec?.HoldsData ?? record?.HoldsData ?? false, losesData);
    }

    private ChangeKind Compare(ObjectRecord record, string kind, ICloudObjectSpec spec)
    {
        var handler = handlers.OfKind(record.Kind);
        if (record.Kind != kind || record.Identity != spec.Identity)
        {
            return ChangeKind.Replace;
        }

        var former = (ICloudObjectSpec)serializer.Deserialize(record.Spec, handler.SpecType);
        return ObjectSerializer.AreEqual(former, spec) && record.Status == ObjectStatus.Ready ? ChangeKind.Keep : handler.CanChange(former, spec) ? ChangeKind.Change : ChangeKind.Replace;
    }

    /// <returns>Null when the specification needs what only an object that is not made yet can tell.</returns>
    private ICloudObjectSpec? TryEvaluate(IObjectNode node)
    {
        try
        {
            return node.Evaluate(new NodeValues(ValueOf));
        }
        catch (NotMadeYetException)
        {
            return null;
        }
    }

    private object ValueOf(Node node)
    {
        if (node is IGeneratedNode)
        {
            return new Secret(values.TryGetValue(node.Key, out var drawn) ? services.Vault.Unprotect(drawn) : "");
        }

        return !toBeMade.Contains(node) && standing.GetValueOrDefault(node) is { State: { } state } record
            ? serializer.Deserialize(state, handlers.OfKind(record.Kind).StateType)
            : throw new NotMadeYetException();
    }

    private sealed class NotMadeYetException : Exception;
}

using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Server.Tests.Fakes;

internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static SubjectRecord Subject(SubjectKey key, SubjectStatus status = SubjectStatus.Available, string id = "abc123") => new(
        key, id, status, "local", key.Kind == SubjectKind.Container ? "local" : "local-docker",
        key.Kind == SubjectKind.Application ? "orders" : null, Definition(key), Outputs(), Noon, "ada", new(), null);

    /// <summary>Puts an available subject there, with its objects ready.</summary>
    public static async Task SeedAsync(this IStateStore store, SubjectRecord subject, params IReadOnlyList<ObjectRecord> objects)
    {
        var creation = new Operation(
            $"op-made-{subject.Key.Name}", OperationKind.Create, subject.Key, subject.Id, [], new(subject.Definition, "file.yaml", false, false, []),
            OperationState.Queued, "ada", Noon, null, null, null, null);
        await store.EnqueueAsync([new(creation, subject with { Status = SubjectStatus.Creating })], CancellationToken.None);
        IEnumerable<JournalEntry> made = objects.SelectMany<ObjectRecord, JournalEntry>(item =>
        [
            new ObjectIntended(item.Key, item.Kind, item.Identity, item.Spec, item.DependsOn, item.HoldsData),
            new ObjectReady(item.Key, item.State!, "there"),
        ]);
        await store.AppendAsync(
            creation.Id, [.. made, new OperationEnded(OperationState.Succeeded, subject.Outputs)], CancellationToken.None);
    }

    /// <summary>Somebody has accepted that the object is missing.</summary>
    public static async Task ForgetAsync(this IStateStore store, SubjectRecord subject, string key)
    {
        var acceptance = new Operation(
            $"op-accepted-{subject.Key.Name}", OperationKind.Update, subject.Key, subject.Id, [],
            new(subject.Definition, "", false, false, []) { Action = OperationAction.Accept, StatusBefore = SubjectStatus.Available },
            OperationState.Queued, "ada", Noon, null, null, null, null);
        await store.EnqueueAsync([new(acceptance, null)], CancellationToken.None);
        await store.AppendAsync(
            acceptance.Id, [new ObjectForgotten(key), new OperationEnded(OperationState.Succeeded, Outputs())], CancellationToken.None);
    }

    public static SubjectRecord With(this SubjectRecord subject, string part, params (string Name, string Text, bool Secret)[] values)
    {
        var outputs = subject.Outputs.ToDictionary();
        outputs[part] = values.ToDictionary(value => value.Name, value => new StoredValue(value.Text, value.Secret));
        return subject with { Outputs = outputs };
    }

    public static ObjectRecord Object(SubjectRecord subject, string key, ObjectStatus status = ObjectStatus.Ready) => new(
        subject.Key, subject.Id, "op-000000000001", key, "docker/volume", $"orders-{key}", """{"Password":"in-the-spec"}""", """{"State":"in-the-state"}""",
        [], HoldsData: false, status);

    private static string Definition(SubjectKey key) => key.Kind == SubjectKind.Container
        ? new ContainerDefinition("local", "/contexts/it.tar", "build/Dockerfile").ToString()
        : "definition";

    private static Dictionary<string, IReadOnlyDictionary<string, StoredValue>> Outputs() => [];
}

using CaaStle.Engine.Journal;

namespace CaaStle.Server.Tests.Fakes;

internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static SubjectRecord Subject(SubjectKey key, SubjectStatus status = SubjectStatus.Available, string id = "abc123") => new(
        key, id, status, "local", key.Kind == SubjectKind.Container ? "local" : "local-docker",
        key.Kind == SubjectKind.Application ? "orders" : null, "definition", Outputs(), Noon, "ada");

    public static SubjectRecord With(this SubjectRecord subject, string part, params (string Name, string Text, bool Secret)[] values)
    {
        var outputs = subject.Outputs.ToDictionary();
        outputs[part] = values.ToDictionary(value => value.Name, value => new StoredValue(value.Text, value.Secret));
        return subject with { Outputs = outputs };
    }

    public static ObjectRecord Object(SubjectRecord subject, string key, ObjectStatus status = ObjectStatus.Ready) => new(
        subject.Key, subject.Id, "op-000000000001", key, "docker/volume", $"orders-{key}", """{"Password":"in-the-spec"}""", """{"State":"in-the-state"}""",
        [], HoldsData: false, status);

    private static Dictionary<string, IReadOnlyDictionary<string, StoredValue>> Outputs() => [];
}

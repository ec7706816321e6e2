using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Tests.Conformance;

/// <summary>Records as the engine writes them.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Time = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);

    private static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> NoOutputs =
        new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>();

    public static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> Outputs =
        new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>
        {
            ["mysql.orders"] = new Dictionary<string, StoredValue>
            {
                ["Address"] = new("127.0.0.1", Secret: false),
                ["Password"] = new("protected:abc", Secret: true),
            },
        };

    public static Operation Operation(
        string id,
        SubjectKey subject,
        OperationKind kind = OperationKind.Create,
        bool keepOnFailure = false,
        bool keepData = false,
        DateTimeOffset? requestedAt = null,
        IReadOnlyList<string>? after = null,
        string? requestKey = null,
        params SubjectKey[] holds) => new(
            id,
            kind,
            subject,
            $"id-{subject.Name}",
            holds,
            new(
                "environment:\n  resources: 'ü'\n",
                "env.yaml",
                keepOnFailure,
                keepData,
                After: after ?? []),
            OperationState.Queued,
            "ann",
            requestedAt ?? Time,
            CancelledBy: null,
            Failure: null,
            EndedAt: null,
            requestKey);

    /// <summary>The subject that a creation makes.</summary>
    public static SubjectRecord Subject(Operation operation) => new(
        operation.Subject,
        operation.SubjectId,
        SubjectStatus.Creating,
        "local",
        "local-docker",
        operation.Holds.Count > 0 ? operation.Holds[0].Name : null,
        operation.Request.Definition,
        NoOutputs,
        operation.RequestedAt,
        operation.RequestedBy,
        new()
        {
            Revision = 2,
            Replicas = 3,
            IsStopped = true,
            Images = new Dictionary<string, string> { ["web"] = "cld/web:s2yf3d" },
            Generations = new Dictionary<string, int> { ["mysql.orders"] = 2 },
        },
        operation.RequestedAt.AddHours(4));

    /// <summary>One operation alone.</summary>
    public static Task<Operation> EnqueueAsync(
        this IStateStore store, Operation operation, SubjectRecord? subject, CancellationToken cancellationToken) =>
        store.EnqueueAsync([new(operation, subject)], cancellationToken);

    public static ObjectIntended Intended(string key, bool holdsData = false, params string[] dependsOn) =>
        new(key, "docker/volume", $"orders-{key}", $$"""{"name":"{{key}}"}""", dependsOn, holdsData);

    public static ObjectReady Ready(string key) => new(key, $$"""{"id":"{{key}}"}""", "running");

    public static OperationFailing Failing(string? key = null) => new(new("object-failed", key, "exited with 1", ["line 1", "line 2"]));

    public static OperationEnded Ended(OperationState state) => new(state, state == OperationState.Succeeded ? Outputs : NoOutputs);

    private static ObjectRecord Record(string key) => new(
        SubjectKey.Environment("orders"), "id-orders", "op-1", key, "docker/volume", $"orders-{key}", "{}", """{"id":"1"}""", ["network"],
        HoldsData: true, ObjectStatus.Ready);

    /// <summary>One entry of every type that the first version had, as it had it.</summary>
    public static IReadOnlyList<JournalEntry> EveryEntryOfTheFirst { get; } =
    [
        new OperationQueued("ann"),
        new OperationStarted(Resumed: true),
        new OperationPlanned([new("network", "docker/network", []), new("volume", "docker/volume", ["network"])]),
        new CancelRequested("bob"),
        Failing("volume"),
        new ValueGenerated("password", "protected:xyz"),
        Intended("volume", holdsData: true, "network"),
        new ObjectProgressed("volume", "creating"),
        new ObjectLogged("volume", ["one", "two"]),
        Ready("volume"),
        new ObjectFailed("volume", "no space", ["last"]),
        new ObjectDeleting("volume"),
        new ObjectBlocked("volume", "in use"),
        new ObjectKept("volume", "orders-volume"),
        Intended("network"),
        new ObjectDeleted("network"),
        new LeftoversChecked(["docker/volume orders-stray"]),
        Ended(OperationState.Kept),
    ];

    /// <summary>One entry of every type.</summary>
    public static IReadOnlyList<JournalEntry> EveryEntry { get; } =
    [
        .. EveryEntryOfTheFirst,
        new OperationPlanned([new("volume", "docker/volume", ["network"]) { Removes = true }]),
        new ObjectChanging("volume", """{"size":2}""", ["network"], HoldsData: true, Record("volume")),
        new ObjectReplacing("volume", Record("volume")),
        new CancelRequested("bob") { Keep = true },
        new ObjectRestoring("volume", Record("volume")),
        new LogKept("volume", [new(Time, "container", "last words")]),
        new OperationFailing(new("object-failed", "volume", "exited with 1", []) { ExitCode = 1 }),
        new OperationCommitted(Outputs, ["network"]),
        new ObjectForgotten("volume"),
    ];
}

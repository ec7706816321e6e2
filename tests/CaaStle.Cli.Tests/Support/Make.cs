using CaaStle.Api;

namespace CaaStle.Cli.Tests.Support;

/// <summary>Things to answer with.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static EnvironmentSummary Environment(string name, string status = "available", int minutesAgo = 5) =>
        new(name, status, "local", "local-docker", 1, 2, Now.AddMinutes(-minutesAgo), null);

    public static OperationView Operation(
        string state,
        string subject = "environment/orders",
        string action = "create",
        string id = "op-1",
        FailureView? failure = null,
        string? cancelledBy = null,
        IReadOnlyList<OutputGroup>? outputs = null,
        IReadOnlyList<string>? next = null) =>
        new(
            id,
            action,
            subject,
            state,
            "ada",
            Now,
            state is "queued" or "running" or "rolling-back" ? null : Now.AddSeconds(12.5),
            cancelledBy,
            failure,
            outputs ?? [],
            next ?? []);

    public static RevisionView Revision(int number, string action = "redeploy") => new(
        number, IsNew: true, IsInForce: false, IsGone: false, $"op-{number}", action, $"sha256:{number}123456789abcdef", [], "succeeded", null, Now.AddMinutes(-5), "ada", "app: {}\n");

    public static Problem Problem(
        string code, int status, string title, string? detail = null, IReadOnlyList<string>? next = null, IReadOnlyList<DefinitionError>? errors = null, OperationView? operation = null) =>
        new($"docs/errors.md#{code}", title, status, detail, code, next ?? [], errors ?? [], operation);

    public static EventView Event(int position, string type, string? key = null, string? kind = null, string? identity = null, string? detail = null) =>
        new(position, "op-1", position, Now.AddSeconds(position), type) { Key = key, Kind = kind, Identity = identity, Detail = detail };

    public static readonly IReadOnlyList<EventView> Success =
    [
        Event(1, "operation-queued") with { By = "ada" },
        Event(2, "operation-started"),
        Event(3, "operation-planned") with
        {
            Steps = [new("network", "docker/network", "orders-net", [], false), new("mysql/password", "value", null, [], false), new("mysql/server", "docker/container", "orders-mysql", ["network"], false)],
        },
        Event(4, "value-generated", "mysql/password"),
        Event(5, "object-intended", "network", "docker/network", "orders-net"),
        Event(6, "object-ready", "network", "docker/network", "orders-net"),
        Event(7, "object-intended", "mysql/server", "docker/container", "orders-mysql"),
        Event(8, "object-progressed", "mysql/server", detail: "starting"),
        Event(9, "object-logged", "mysql/server") with { Lines = ["one\u001b[31m red", "two"] },
        Event(10, "object-ready", "mysql/server"),
        Event(11, "operation-ended", detail: "succeeded"),
    ];

    /// <summary>Two replicas by one, of which the second revision's is healthy.</summary>
    public static readonly IReadOnlyList<EventView> Update =
    [
        Event(1, "operation-started"),
        Event(2, "operation-planned") with
        {
            Steps =
            [
                new("password", "value", null, [], false),
                new("volume", "docker/volume", null, [], false),
                new("r2/replica-1", "docker/container", null, ["volume"], false),
                new("route", "docker/proxy", null, ["r2/replica-1"], false),
                new("address", "docker/network", null, [], false),
                new("r1/replica-1", "docker/container", null, [], false) { Removes = true },
                new("r1/replica-2", "docker/container", null, [], false) { Removes = true },
            ],
        },
        Event(3, "object-ready", "volume", detail: "there"),
        Event(4, "object-intended", "r2/replica-1", "docker/container", "shop-r2-1"),
        Event(5, "object-ready", "r2/replica-1", detail: "healthy"),
        Event(6, "object-changing", "route", "docker/proxy", "shop-route"),
        Event(7, "object-intended", "address#2", "docker/network", "shop-net-2"),
        Event(8, "object-ready", "address#2"),
    ];

    public static readonly IReadOnlyList<EventView> Updated =
    [
        .. Update,
        Event(9, "object-ready", "route", detail: "changed"),
        Event(10, "operation-committed") with { Lines = ["r1/replica-1", "r1/replica-2", "address"] },
        Event(11, "object-deleting", "r1/replica-1"),
        Event(12, "log-kept", "r1/replica-1") with { Lines = ["bye"] },
        Event(13, "object-deleted", "r1/replica-1"),
        Event(14, "object-deleting", "address"),
        Event(15, "object-progressed", "address", detail: "deleting"),
        Event(16, "object-deleted", "address"),
        Event(17, "object-deleting", "r1/replica-2"),
        Event(18, "object-deleted", "r1/replica-2"),
        Event(19, "leftovers-checked") with { Lines = [] },
        Event(20, "operation-ended", detail: "succeeded"),
    ];

    public static readonly FailureView UpdateFailure = new("object-failed", "r2/replica-1", "exited with code 3", ["no such table"]);

    public static readonly IReadOnlyList<EventView> UpdateRolledBack =
    [
        .. Update,
        Event(9, "object-failed", "r2/replica-1", detail: "exited with code 3"),
        Event(10, "operation-failing") with { Failure = UpdateFailure },
        Event(11, "object-restoring", "route", "docker/proxy", "shop-route"),
        Event(12, "object-ready", "route", detail: "as before"),
        Event(13, "object-deleting", "r2/replica-1"),
        Event(14, "object-deleted", "r2/replica-1"),
        Event(15, "object-deleting", "address#2"),
        Event(16, "object-deleted", "address#2"),
        Event(17, "operation-ended", detail: "rolled-back"),
    ];

    public static readonly FailureView Failure = new("object-failed", "mysql/server", "The container exited with code 1.", ["mysqld: out of memory"]);

    public static readonly IReadOnlyList<EventView> RolledBack =
    [
        .. Success.Take(8),
        Event(9, "object-failed", "mysql/server", detail: "The container exited with code 1."),
        Event(10, "operation-failing") with { Failure = Failure },
        Event(11, "object-deleting", "mysql/server"),
        Event(12, "object-deleted", "mysql/server"),
        Event(13, "object-deleting", "network"),
        Event(14, "object-deleted", "network"),
        Event(15, "operation-ended", detail: "rolled-back"),
    ];
}

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

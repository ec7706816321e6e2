using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Progress;

/// <summary>An event in words, on one line, or on one line for each line of a log.</summary>
internal static class EventText
{
    public static IEnumerable<string> Lines(EventView e)
    {
        if (e.Type == "object-logged")
            return (e.Lines ?? []).Select(line => $"{Untrusted.Clean(e.Key ?? "")} | {Untrusted.Clean(line)}");
        return [Untrusted.Clean($"{Subject(e)}{Words(e)}")];
    }

    private static string Subject(EventView e) => e.Key is { } key && e.Type is not "operation-failing" ? $"{key}{Kind(e)}: " : "";

    private static string Kind(EventView e) => e.Kind is { Length: > 0 } kind ? $" ({kind})" : "";

    private static string Words(EventView e) => e.Type switch
    {
        "operation-queued" => e.By is { } by ? $"queued, asked for by {by}" : "queued",
        "operation-started" => e.Detail is { Length: > 0 } detail ? $"started ({detail})" : "started",
        "operation-planned" => $"{e.Steps?.Count ?? 0} steps",
        "operation-failing" => $"failed{(e.Failure?.Key is { } key ? $" at {key}" : "")}: {e.Failure?.Cause ?? e.Detail}",
        "operation-ended" => $"ended: {e.Detail}",
        "cancel-requested" => e.By is { } by ? $"{by} asks to cancel" : "asked to cancel",
        "value-generated" => "generated",
        "object-intended" => $"creating{In(e.Identity)}",
        "object-progressed" => e.Detail ?? "in progress",
        "object-ready" => $"ready{In(e.Detail)}",
        "object-failed" => $"failed: {e.Detail ?? e.Failure?.Cause}",
        "object-deleting" => $"deleting{In(e.Identity)}",
        "object-blocked" => $"blocked: {e.Detail}",
        "object-deleted" => "deleted",
        "object-kept" => $"kept{In(e.Identity)}",
        OperationEvents.ConnectionLost => $"the connection to the server is lost ({e.Detail}), trying again",
        OperationEvents.ConnectionRestored => "connected again",
        _ => $"{e.Type}{In(e.Detail)}",
    };

    private static string In(string? more) => more is { Length: > 0 } ? $" {more}" : "";
}

using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Progress;

/// <summary>An operation's events in words, each on one line, or on one line for each line of a log.</summary>
internal sealed class EventText
{
    /// <summary>By key: the word for where it is that was said already.</summary>
    private readonly Dictionary<string, string> announced = [];
    private readonly HashSet<string> touched = [];
    private bool isCommitted;

    public IEnumerable<string> Lines(EventView e)
    {
        if (e.Type == "object-logged")
            return (e.Lines ?? []).Select(line => $"{Untrusted.Clean(e.Key ?? "")} | {Untrusted.Clean(line)}");
        if (e is { Type: "object-progressed", Detail: { } word, Key: { } on } && announced.GetValueOrDefault(on) == word)
            return [];
        if (e.Key is { } key)
            Note(key, e.Type);
        isCommitted |= e.Type == "operation-committed";
        return [Untrusted.Clean($"{Subject(e)}{Words(e)}")];
    }

    private void Note(string key, string type)
    {
        var word = type switch { "object-intended" => "creating", "object-deleting" => "deleting", _ => null };
        announced.Remove(key);
        if (word is not null)
            announced[key] = word;
        if (type is "object-intended" or "object-changing" or "object-replacing" or "object-restoring")
            touched.Add(key);
    }

    private static string Subject(EventView e) => e.Key is { } key && e.Type is not "operation-failing" ? $"{key}{Kind(e)}: " : "";

    private static string Kind(EventView e) => e.Kind is { Length: > 0 } kind ? $" ({kind})" : "";

    private string Words(EventView e) => e.Type switch
    {
        "operation-queued" => e.By is { } by ? $"queued, asked for by {by}" : "queued",
        "operation-started" => e.Detail is { Length: > 0 } detail ? $"started ({string.Join(" after: ", [detail, .. e.Lines ?? []])})" : "started",
        "operation-planned" => Plan(e.Steps ?? []),
        "operation-committed" => e.Lines is { Count: > 0 } keys ? $"everything is ready; goes now: {string.Join(", ", keys)}" : "everything is ready",
        "operation-failing" => $"cannot succeed{(e.Failure?.Key is { } key ? $": {key} failed" : $": {e.Failure?.Cause ?? e.Detail}")}",
        "operation-ended" => $"ended: {e.Detail}",
        "leftovers-checked" => e.Lines is { Count: > 0 } left ? $"checked: still there: {string.Join(", ", left)}"
            : isCommitted ? "checked: nothing is left of what went" : "checked: nothing is left",
        "cancel-requested" when e.Detail == OperationEvents.Keep => $"{e.By ?? "somebody"} asks to undo no further",
        "cancel-requested" => e.By is { } by ? $"{by} asks to cancel" : "asked to cancel",
        "value-generated" => "generated",
        "object-intended" => $"creating{In(e.Identity)}",
        "object-changing" => $"changing{In(e.Identity)}",
        "object-replacing" => $"replacing{In(e.Identity)}",
        "object-restoring" => $"restoring{In(e.Identity)}",
        "object-progressed" => e.Detail ?? "in progress",
        "object-ready" when !touched.Contains(e.Key ?? "") => "unchanged",
        "object-ready" => e.Detail is { Length: > 0 } word and not "ready" ? $"ready, {word}" : "ready",
        "object-failed" => $"failed: {e.Detail ?? e.Failure?.Cause}",
        "object-deleting" => $"deleting{In(e.Identity)}",
        "object-blocked" => $"blocked: {e.Detail}",
        "object-deleted" => "deleted",
        "object-forgotten" => "not there, forgotten",
        "log-kept" => $"the last lines of its log are kept ({e.Lines?.Count ?? 0})",
        "object-kept" => $"kept{In(e.Identity)}, because it holds data",
        OperationEvents.ConnectionLost => $"the connection to the server is lost ({e.Detail}), trying again",
        OperationEvents.ConnectionRestored => "connected again",
        _ => $"{e.Type}{In(e.Detail)}",
    };

    private static string Plan(IReadOnlyList<PlanStepView> steps)
    {
        var goes = steps.Where(step => step.Removes).Select(step => step.Key).ToList();
        var stays = steps.Where(step => !step.Removes).Select(step => step.Key).ToList();
        var ready = $"{(stays.Count == 1 ? "1 step" : $"{stays.Count} steps")}{(stays.Count == 0 ? "" : ": ")}{string.Join(", ", stays)}";
        return (stays.Count, goes.Count) switch
        {
            (_, 0) => ready,
            (0, _) => $"goes: {string.Join(", ", goes)}",
            _ => $"{ready}; goes at the end: {string.Join(", ", goes)}",
        };
    }

    private static string In(string? more) => more is { Length: > 0 } ? $" {more}" : "";
}

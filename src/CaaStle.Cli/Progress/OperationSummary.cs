using System.Text.Json;
using System.Text.Json.Serialization;
using CaaStle.Api;
using CaaStle.Cli.Commands.Environment;

namespace CaaStle.Cli.Progress;

/// <summary>How an operation ended, for programs; the last line of <c>--progress json</c>.</summary>
/// <param name="ExitCode">Of the command, where it has started several: the first that is not 0.</param>
/// <param name="Result">succeeded, rolled-back, kept, or detached when the command ended before the operation.</param>
/// <param name="DurationSeconds">From the request to the end.</param>
internal sealed record OperationSummary(
    string Operation,
    string Action,
    string Subject,
    string Result,
    int ExitCode,
    double DurationSeconds,
    FailureView? Failure,
    IReadOnlyList<Change> Changes,
    IReadOnlyList<OutputGroup> Outputs,
    IReadOnlyList<string> Next)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "summary";

    /// <summary>Of several operations that one command has started: the others.</summary>
    public IReadOnlyList<OperationSummary>? Together { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OperationSummary))]
[JsonSerializable(typeof(IReadOnlyList<HistoryEntry>))]
internal sealed partial class CliJson : JsonSerializerContext;

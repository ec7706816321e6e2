using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationLogsCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();
    private readonly Option<bool> follow = new("--follow", "-f") { Description = "go on with new lines as they come" };
    private readonly Option<int?> tail = new("--tail", "-n", "--limit") { HelpName = "N", Description = "only the last N lines" };
    private readonly Option<string> since = new("--since") { HelpName = "TIME", Description = "only lines since then: 30s, 10m, 2h, 3d, or a time" };

    public ApplicationLogsCommand() : base("logs", "show what an application writes")
    {
        Add(name);
        Add(follow);
        Add(tail);
        Add(since);
        Examples =
        [
            ("cld app logs greetings --follow", "everything, and what comes"),
            ("cld app logs greetings --tail 20 --since 10m", "the last lines of the last minutes"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var output = invocation.Context.Output;
        var from = invocation.Value(since) is { } text ? Since(text, invocation.Context.Clock) : (DateTimeOffset?)null;
        var lines = invocation.Client.ReadApplicationLogsAsync(
            invocation.Required(name), invocation.Value(follow), invocation.Value(tail), from, cancellationToken);
        string? onlySource = null;
        await foreach (var line in lines)
        {
            if (invocation.Global.Format is OutputFormat.Json or OutputFormat.Yaml)
            {
                output.WriteLine(JsonSerializer.Serialize(line, ApiJson.Default.LogLineView));
                continue;
            }

            // Where a line is from matters only when there are several sources.
            onlySource ??= line.Source;
            var prefix = line.Source == onlySource ? "" : invocation.Style.Faint($"{Untrusted.Clean(line.Source)} | ");
            output.WriteLine(prefix + Untrusted.Clean(line.Text));
        }

        return ExitCode.Ok;
    }

    private static DateTimeOffset Since(string text, TimeProvider clock)
    {
        if (text.Length > 1 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            TimeSpan? age = text[^1] switch
            {
                's' => TimeSpan.FromSeconds(amount),
                'm' => TimeSpan.FromMinutes(amount),
                'h' => TimeSpan.FromHours(amount),
                'd' => TimeSpan.FromDays(amount),
                _ => null,
            };
            if (age is not null)
                return clock.GetUtcNow() - age.Value;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time)
            ? time
            : throw LocalProblems.Create(
                LocalProblems.Usage, $"'{text}' is no time.", "Expected an age such as 30s, 10m, 2h or 3d, or a time such as 2026-01-31T12:00:00Z.");
    }
}

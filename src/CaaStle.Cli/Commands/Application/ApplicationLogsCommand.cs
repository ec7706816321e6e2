using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationLogsCommand : LeafCommand
{
    /// <summary>Sources that are followed are read at the same time; one that has been heard alone for so long is taken for the only one.</summary>
    private static readonly TimeSpan OtherSourcesWithin = TimeSpan.FromMilliseconds(200);

    private readonly NameArgument name = NameArgument.Application();
    private readonly Option<bool> follow = new("--follow", "-f") { Description = "go on with new lines as they come" };
    private readonly Option<int?> tail = new("--tail", "-n", "--limit") { HelpName = "N", Description = "only the last N lines" };
    private readonly Option<string> since = new("--since") { HelpName = "TIME", Description = "only lines since then: 30s, 10m, 2h, 3d, or a time" };


    private readonly Option<bool> previous = new("--previous")
    {
        Description = "what was written before the last start, or by what is gone: a failed deployment",
    };

    private readonly Option<int?> replica = new("--replica") { HelpName = "N", Description = "only this replica, from 1" };

    public ApplicationLogsCommand() : base("logs", "show what an application writes")
    {
        Add(name);
        Add(follow);
        Add(tail);
        Add(since);
        Add(previous);
        Add(replica);
        Examples =
        [
            ("cld app logs greetings --follow", "everything, and what comes"),
            ("cld app logs greetings --tail 20 --since 10m", "the last lines of the last minutes"),
            ("cld app logs greetings --previous", "the last words of what ran before, or of a deployment that failed"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var from = invocation.Value(since) is { } text ? Since(text, invocation.Context.Clock) : (DateTimeOffset?)null;
        if (invocation.Value(follow) && invocation.Value(previous))
            throw LocalProblems.Create(LocalProblems.Usage, "What was written before cannot be followed.", "Give either --follow or --previous.");
        await using var lines = invocation.Client.ReadApplicationLogsAsync(
            invocation.Required(name),
            invocation.Value(follow),
            invocation.Value(tail),
            from,
            invocation.Value(previous),
            invocation.Value(replica),
            cancellationToken).GetAsyncEnumerator(cancellationToken);
        if (invocation.Global.Format is OutputFormat.Json or OutputFormat.Yaml)
            await WriteJsonAsync(lines, invocation.Context.Output);
        else
            await WriteAsync(lines, invocation);
        return ExitCode.Ok;
    }

    private static async Task WriteJsonAsync(IAsyncEnumerator<LogLineView> lines, TextWriter output)
    {
        while (await lines.MoveNextAsync())
            output.WriteLine(JsonSerializer.Serialize(lines.Current, ApiJson.Default.LogLineView));
    }

    private async Task WriteAsync(IAsyncEnumerator<LogLineView> lines, Invocation invocation)
    {
        var text = new LogText(invocation.Context.Output, invocation.Style);
        var isEmpty = true;
        Task? patience = null;
        while (true)
        {
            var next = lines.MoveNextAsync().AsTask();
            if (patience is not null && await Task.WhenAny(next, patience) == patience)
                text.Release();
            if (!await next)
                break;
            text.Write(lines.Current);
            isEmpty = false;
            if (invocation.Value(follow))
                patience ??= Task.Delay(OtherSourcesWithin, invocation.Context.Clock);
        }

        text.Release();
        if (isEmpty)
            invocation.Note(invocation.Value(previous) ? "Nothing is kept of what it wrote before." : "There are no lines.");
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

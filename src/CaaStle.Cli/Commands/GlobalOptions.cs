using System.CommandLine;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands;

/// <summary>The options that every command understands.</summary>
internal sealed class GlobalOptions
{
    public Option<string> Output { get; } = new ChoiceOption("--output", ["-o"], ["table", "json", "yaml", "dotenv"])
    {
        HelpName = "FORMAT",
        Description = "table, json or yaml (env show: also dotenv)",
    };

    public Option<bool> Wait { get; } = Flag("--wait", "follow an operation to its end (the default)");

    public Option<bool> Detach { get; } = Flag("--detach", "start an operation and return at once");

    public Option<bool> WaitLock { get; } = Flag("--wait-lock", "if another operation is under way, wait for its end");

    public Option<bool> Yes { get; } = Flag("--yes", "do not ask (CLD_YES=1)", "-y");

    public Option<string> Progress { get; } = new ChoiceOption("--progress", [], ["auto", "tty", "plain", "json", "quiet"])
    {
        HelpName = "MODE",
        Description = "auto, tty, plain, json or quiet (CLD_PROGRESS)",
    };

    public Option<string> Color { get; } = new ChoiceOption("--color", [], ["auto", "always", "never"])
    {
        HelpName = "WHEN",
        Description = "auto, always or never (NO_COLOR)",
    };

    public Option<bool> Quiet { get; } = Flag("--quiet", "results and errors only", "-q");

    public Option<bool> Verbose { get; } = Flag("--verbose", "also name the server that is spoken to", "-v");

    public IReadOnlyList<Option> All => [Output, Wait, Detach, WaitLock, Yes, Progress, Color, Quiet, Verbose];

    private static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Recursive = true };

    public GlobalValues Read(ParseResult parsed, CommandContext context)
    {
        var progress = parsed.GetValue(Progress) ?? context.NonEmptyVariable("CLD_PROGRESS") ?? "auto";
        var color = parsed.GetValue(Color) ?? "auto";
        return new()
        {
            Format = (parsed.GetValue(Output) ?? "table") switch
            {
                "json" => OutputFormat.Json,
                "yaml" => OutputFormat.Yaml,
                "dotenv" => OutputFormat.Dotenv,
                _ => OutputFormat.Table,
            },
            Detach = parsed.GetValue(Detach) && !parsed.GetValue(Wait),
            WaitLock = parsed.GetValue(WaitLock),
            Yes = parsed.GetValue(Yes) || context.NonEmptyVariable("CLD_YES") is not (null or "0" or "false"),
            Progress = parsed.GetValue(Quiet) && progress == "auto" ? "quiet" : progress,
            Quiet = parsed.GetValue(Quiet),
            Verbose = parsed.GetValue(Verbose),
            OutputStyle = Style.For(color, context.OutputIsTerminal, context),
            ErrorStyle = Style.For(color, context.ErrorIsTerminal, context),
        };
    }
}

/// <summary>An option that takes one of a few words.</summary>
internal sealed class ChoiceOption : Option<string>
{
    public ChoiceOption(string name, string[] aliases, string[] choices) : base(name, aliases)
    {
        Choices = choices;
        Recursive = true;
        this.AcceptOnlyFromAmong(choices);
    }

    public IReadOnlyList<string> Choices { get; }
}

internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
    Dotenv,
}

internal sealed record GlobalValues
{
    public OutputFormat Format { get; init; }

    public bool Detach { get; init; }

    public bool WaitLock { get; init; }

    public bool Yes { get; init; }

    /// <summary>auto, tty, plain, json or quiet.</summary>
    public string Progress { get; init; } = "auto";

    public bool Quiet { get; init; }

    public bool Verbose { get; init; }

    public Style OutputStyle { get; init; } = new(false);

    public Style ErrorStyle { get; init; } = new(false);
}

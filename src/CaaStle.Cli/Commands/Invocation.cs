using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using CaaStle.Api;
using CaaStle.Cli.Connection;
using CaaStle.Cli.Output;
using CaaStle.Cli.Progress;

namespace CaaStle.Cli.Commands;

/// <summary>One run of a command: what was typed, and the ways to the server and to the reader.</summary>
internal sealed class Invocation(ParseResult parsed, GlobalValues global, CommandContext context) : IDisposable
{
    private ServerConnection? connection;

    public CommandContext Context => context;

    public GlobalValues Global => global;

    public Style Style => global.OutputStyle;

    /// <summary>Starts a server on the first request if none runs.</summary>
    public CaaStleClient Client => Connection.Client;

    public ServerConnection Connection =>
        connection ??= new ServerConnection(context, note: global.Quiet ? _ => { }
    : Note, announce: global.Verbose);

    public T? Value<T>(Argument<T> argument) => parsed.GetValue(argument);

    public T? Value<T>(Option<T> option) => parsed.GetValue(option);

    public string Required(Argument<string> argument) => parsed.GetRequiredValue(argument);

    /// <param name="next">What to type to find the right number.</param>
    public int Number(Argument<string> argument, string next) => int.TryParse(Required(argument), CultureInfo.InvariantCulture, out var number)
        ? number
        : throw LocalProblems.Create(LocalProblems.Usage, $"{argument.Name} is a number, not '{Required(argument)}'.", null, next);

    /// <summary>Writes the result: the API's JSON, as YAML, or what <paramref name="human"/> makes of it.</summary>
    public ExitCode Show<T>(T value, JsonTypeInfo<T> type, Action<T, TextWriter> human)
    {
        if (global.Format is OutputFormat.Json or OutputFormat.Yaml)
            Structured.Write(value, type, global.Format, context.Output);
        else
            human(value, context.Output);
        return ExitCode.Ok;
    }

    /// <summary>What the reader may want to know besides the result.</summary>
    public void Note(string text)
    {
        if (!global.Quiet)
            context.Error.WriteLine(text);
    }

    public void Suggest(params IEnumerable<string> commands)
    {
        foreach (var command in commands)
            Note($"→ {ProblemText.AsTyped(command, context.Program)}");
    }

    /// <summary>Starts an operation and follows it, or does not, as the options say.</summary>
    public Task<ExitCode> OperateAsync(Func<Task<OperationView>> start, CancellationToken cancellationToken) =>
        new OperationFollower(this).RunAsync(start, cancellationToken);

    /// <summary>What was typed, to be typed again.</summary>
    public string CommandLine => $"cld {string.Join(' ', parsed.Tokens.Select(token => ShellWord.Quote(token.Value)))}";

    /// <summary>Questions get an answer: from a terminal, or by <c>--yes</c>.</summary>
    public bool CanAsk => global.Yes || context.InputIsTerminal;

    public string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(context.FullPath(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var isDirectory = Directory.Exists(context.FullPath(path));
            throw LocalProblems.Create(LocalProblems.FileNotReadable, $"Cannot read {path}.", isDirectory ? "It is a directory; a YAML file is expected." : e.Message);
        }
    }

    /// <param name="name">What has to be typed because data would be lost; null to ask for yes or no.</param>
    /// <exception cref="ProblemException">Nobody can be asked.</exception>
    public async Task<bool> ConfirmAsync(string question, string? name, CancellationToken cancellationToken)
    {
        if (global.Yes)
            return true;
        if (!context.InputIsTerminal)
        {
            throw LocalProblems.Create(
                LocalProblems.ConfirmationNeeded,
                "This needs a confirmation, and there is no terminal to ask on.",
                "Add --yes (or set CLD_YES=1).",
                $"{CommandLine} --yes");
        }

        return name is null
            ? await AskAsync($"{question} [y/N] ", answer => answer is "y" or "Y" or "yes", cancellationToken)
            : await ConfirmNameAsync(question, name, cancellationToken);
    }

    /// <summary>Asks for the name of what would lose data, whatever the options say. There must be a terminal.</summary>
    public Task<bool> ConfirmNameAsync(string question, string name, CancellationToken cancellationToken) =>
        AskAsync($"{question} Type '{name}' to confirm: ", answer => answer == name, cancellationToken);

    private async Task<bool> AskAsync(string question, Func<string?, bool> confirms, CancellationToken cancellationToken)
    {
        context.Error.Write(question);
        var answer = (await context.Input.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken))?.Trim();
        var confirmed = confirms(answer);
        if (!confirmed)
            context.Error.WriteLine("Nothing has been changed.");
        return confirmed;
    }

    public void Dispose() => connection?.Dispose();
}

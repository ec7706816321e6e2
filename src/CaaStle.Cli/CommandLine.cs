using System.CommandLine;
using System.CommandLine.Parsing;
using System.Reflection;
using CaaStle.Api;
using CaaStle.Cli.Commands;
using CaaStle.Cli.Commands.Application;
using CaaStle.Cli.Commands.Container;
using CaaStle.Cli.Commands.Environment;
using CaaStle.Cli.Commands.Operation;
using CaaStle.Cli.Commands.Resource;
using CaaStle.Cli.Commands.Server;
using CaaStle.Cli.Commands.Setup;
using CaaStle.Cli.Commands.Tools;
using CaaStle.Cli.Output;

namespace CaaStle.Cli;

/// <summary>From words to a command, and from however it ends to an exit code.</summary>
internal static class CommandLine
{
    private static string Version => typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static CldCommand Build() => Build(new GlobalOptions());

    public static async Task<ExitCode> RunAsync(IReadOnlyList<string> words, CommandContext context, CancellationToken cancellationToken)
    {
        var options = new GlobalOptions();
        var root = Build(options);
        var parsed = root.Parse(words);
        var global = new GlobalValues();
        try
        {
            if (words.Count == 0)
            {
                HelpText.Write(root, context.Output);
                return ExitCode.Ok;
            }

            if (parsed.Errors.Count > 0)
            {
                global = ReadFormatOnly(words, context);
                throw UsageProblem(parsed);
            }

            if (parsed.Action is CldCommand.ShowHelp)
            {
                HelpText.Write(parsed.CommandResult.Command, context.Output);
                return ExitCode.Ok;
            }

            if (parsed.Action is CldCommand.ShowVersion)
            {
                context.Output.WriteLine(Version);
                return ExitCode.Ok;
            }

            global = options.Read(parsed, context);
            var command = (LeafCommand)parsed.CommandResult.Command;
            if (global.Format == OutputFormat.Dotenv && !command.WritesDotenv)
                throw LocalProblems.Create(LocalProblems.Usage, "Only 'cld env show' can write dotenv.", null, $"{HelpText.Path(command)} --help");
            using var invocation = new Invocation(parsed, global, context);
            return await command.RunAsync(invocation, cancellationToken);
        }
        catch (ProblemException e)
        {
            return Report(e.Problem, global, context);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (HttpRequestException e)
        {
            return Report(LocalProblems.Unreachable("The server did not answer.", Causes(e), "cld server status", "cld op list").Problem, global, context);
        }
        catch (IOException e) when (IsBrokenPipe(e))
        {
            // Whoever reads has had enough, as in cld env list | head.
            return ExitCode.Ok;
        }
        catch (UnauthorizedAccessException e)
        {
            return Report(LocalProblems.Create(LocalProblems.FileNotReadable, "A file cannot be read.", e.Message).Problem, global, context);
        }
        catch (IOException e)
        {
            return Report(LocalProblems.Unreachable("The connection to the server is lost.", Causes(e), "cld server status").Problem, global, context);
        }
    }

    /// <summary>What is wrong with a word that is no subcommand, and which one it may have been meant to be.</summary>
    public static string UnknownWord(Command command, string word)
    {
        var isOption = word.StartsWith('-');
        var known = isOption
            ? HelpText.VisibleOptions(command).Concat(HelpText.GlobalOptionsOf(command)).Select(option => option.Name)
            : command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name);
        var what = isOption ? "an option" : command.Subcommands.Count > 0 ? "a command" : "expected";
        var nearest = Spelling.Nearest(word, known);
        return $"'{word}' is not {what}{(isOption || command.Subcommands.Count > 0 ? $" of {HelpText.Path(command)}" : "")}."
            + (nearest is null ? "" : $" Did you mean '{nearest}'?");
    }

    private static CldCommand Build(GlobalOptions options) => new(options)
    {
        EnvironmentGroup.Create(),
        ContainerGroup.Create(),
        ApplicationGroup.Create(),
        ResourceGroup.Create(),
        OperationGroup.Create(),
        ServerGroup.Create(),
        SetupGroup.Create(),
        new DoctorCommand(),
        new ValidateCommand(),
        new CompletionCommand(),
        new HelpCommand(),
        new CompleteCommand(),
    };

    private static ProblemException UsageProblem(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var title = parsed.UnmatchedTokens.Count > 0 ? UnknownWord(command, parsed.UnmatchedTokens[0])
            : parsed.CommandResult.Command is NounCommand noun ? $"{HelpText.Path(noun)} needs a command: {string.Join(", ", noun.Subcommands.Select(sub => sub.Name))}."
            : MissingArgument(parsed) is { } missing ? $"{HelpText.Path(command)} needs {missing}."
            : WrongChoice(parsed) ?? string.Join(' ', parsed.Errors.Select(error => error.Message));
        var usage = command is CldCommand ? null : $"usage: {HelpText.Usage(command)}";
        return LocalProblems.Create(LocalProblems.Usage, title, usage, $"{HelpText.Path(command)} --help");
    }

    private static string? WrongChoice(ParseResult parsed) => (
        from error in parsed.Errors
        let result = error.SymbolResult as OptionResult
        let option = result?.Option as ChoiceOption
        where option is not null
        select $"{option.Name} takes one of {string.Join(", ", option.Choices)}, not '{string.Join(' ', result.Tokens.Select(token => token.Value))}'.")
        .FirstOrDefault();

    private static string? MissingArgument(ParseResult parsed) => parsed.CommandResult.Command.Arguments
        .FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > (parsed.GetResult(argument)?.Tokens.Count ?? 0))?.Name;

    /// <summary>The words cannot be relied on here, but whoever reads JSON still wants JSON.</summary>
    private static GlobalValues ReadFormatOnly(IReadOnlyList<string> words, CommandContext context)
    {
        var all = string.Join(' ', words).Replace('=', ' ');
        var format = all.Contains("-o json") || all.Contains("-ojson") || all.Contains("--output json") ? OutputFormat.Json
            : all.Contains("-o yaml") || all.Contains("--output yaml") ? OutputFormat.Yaml : OutputFormat.Table;
        return new() { Format = format, ErrorStyle = Style.For("auto", context.ErrorIsTerminal, context) };
    }

    private static ExitCode Report(Problem problem, GlobalValues global, CommandContext context)
    {
        if (global.Format is OutputFormat.Json or OutputFormat.Yaml)
            Structured.Write(problem, ApiJson.Default.Problem, global.Format, context.Output);
        else
            context.Error.Write(ProblemText.Write(problem, global.ErrorStyle, context.Program));
        return ExitCodes.Of(problem);
    }

    private static string Causes(Exception e) => e.InnerException is { } inner && inner.Message != e.Message ? $"{e.Message}\n{inner.Message}" : e.Message;

    private static bool IsBrokenPipe(IOException e) =>
        e.Message.Contains("Broken pipe") && e is not HttpIOException && e.InnerException is not System.Net.Sockets.SocketException;
}

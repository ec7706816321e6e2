using System.CommandLine;
using CaaStle.Cli.Commands;

namespace CaaStle.Cli.Output;

/// <summary>The help of a command: usage, what it takes, examples; for <c>cld</c> itself also the exit codes.</summary>
internal static class HelpText
{
    private const string Indent = "  ";
    private const string Program = "cld";

    public static void Write(Command command, TextWriter output)
    {
        output.WriteLine($"{Path(command)}: {command.Description}");
        output.WriteLine($"\nUsage:\n{Indent}{Usage(command)}");
        if (command is CldCommand)
            WriteNouns(command, output);
        else if (command.Subcommands.Count > 0)
            WriteList("Commands", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (Names(sub.Name, sub.Aliases), sub.Description)), output);

        WriteList("Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description)), output);
        if (command is not CldCommand)
            WriteList("Options", VisibleOptions(command).Select(Row), output);
        WriteList("Global options", GlobalOptionsOf(command).Select(Row), output);
        if (command is CldCommand)
            WriteList("Exit codes", Enum.GetValues<ExitCode>().Select(code => ($"{(int)code}", (string?)ExitCodes.Meaning(code))), output);
        WriteExamples(command, output);
    }

    /// <summary><c>cld env create</c>.</summary>
    public static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : Program;

    public static string Usage(Command command)
    {
        if (command.Subcommands.Count > 0)
            return command is CldCommand ? $"{Program} COMMAND [VERB] [options]" : $"{Path(command)} VERB [options]";
        var arguments = string.Concat(command.Arguments.Select(argument =>
            argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}"));
        var commandOfAnother = arguments.IndexOf(" -- ", StringComparison.Ordinal);
        return commandOfAnother < 0 ? $"{Path(command)}{arguments} [options]" : $"{Path(command)}{arguments.Insert(commandOfAnother, " [options]")}";
    }

    public static IEnumerable<Option> VisibleOptions(Command command) =>
        command is CldCommand ? [] : command.Options.Where(option => !option.Hidden && !option.Recursive);

    public static IEnumerable<Option> GlobalOptionsOf(Command command) =>
        command is CldCommand
            ? command.Options.Where(option => !option.Hidden)
            : command.Parents.OfType<Command>().FirstOrDefault() is { } parent
                ? GlobalOptionsOf(parent).Where(option => option.Recursive)
                : [];

    private static void WriteNouns(Command root, TextWriter output)
    {
        foreach (var section in new[] { Sections.Main, Sections.Running, Sections.Tools })
        {
            var commands = root.Subcommands.Where(sub => !sub.Hidden && SectionOf(sub) == section);
            WriteList(section, commands.Select(sub => (sub.Name, sub.Description)), output);
        }
    }

    private static string SectionOf(Command command) => command switch
    {
        NounCommand noun => noun.Section,
        LeafCommand leaf => leaf.Section,
        _ => "",
    };

    private static void WriteExamples(Command command, TextWriter output)
    {
        IEnumerable<(string, string?)> examples = command switch
        {
            LeafCommand leaf => leaf.Examples.Select(example => (example.Line, (string?)example.Meaning)),
            NounCommand => command.Subcommands.OfType<LeafCommand>().Take(3).Select(leaf => (leaf.Examples[0].Line, (string?)leaf.Examples[0].Meaning)),
            _ =>
            [
                ("cld env create orders environment.yaml", "create an environment"),
                ("cld container create greetings local", "build a container from this directory"),
                ("cld app deploy greetings orders application.yaml", "run it, bound to the environment's resources"),
                ("cld env delete orders", "take everything away again"),
            ],
        };
        output.WriteLine("\nExamples:");
        foreach (var (line, meaning) in examples)
            output.WriteLine($"{Indent}{line}\n{Indent}{Indent}{meaning}");
    }

    private static (string, string?) Row(Option option)
    {
        var value = option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0 ? "" : $" {option.HelpName ?? "VALUE"}";
        return (Names(option.Name, option.Aliases.Where(alias => alias is not "-?")) + value, option.Description);
    }

    private static string Names(string name, IEnumerable<string> aliases) => string.Join(", ", [.. aliases.Where(alias => alias.Length <= 2), name, .. aliases.Where(alias => alias.Length > 2)]);

    private static void WriteList(string heading, IEnumerable<(string Name, string? Meaning)> rows, TextWriter output)
    {
        var list = rows.ToList();
        if (list.Count == 0)
            return;
        output.WriteLine($"\n{heading}:");
        var width = list.Max(row => row.Name.Length);
        foreach (var (name, meaning) in list)
            output.WriteLine($"{Indent}{name.PadRight(width)}   {meaning}".TrimEnd());
    }
}

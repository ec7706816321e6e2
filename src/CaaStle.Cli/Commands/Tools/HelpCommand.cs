using System.CommandLine;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Tools;

internal sealed class HelpCommand : LeafCommand
{
    private readonly Argument<string[]> words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore, Description = "the command to explain" };

    public HelpCommand() : base("help", "explain a command")
    {
        Section = Sections.Tools;
        Add(words);
        Examples = [("cld help env create", "the same as cld env create --help"), ("cld help", "all commands, and the exit codes")];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        Command command = CommandLine.Build();
        foreach (var word in invocation.Value(words) ?? [])
        {
            command = command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word))
                ?? throw LocalProblems.Create(LocalProblems.Usage, CommandLine.UnknownWord(command, word), null, "cld help");
        }

        HelpText.Write(command, invocation.Context.Output);
        return Task.FromResult(ExitCode.Ok);
    }
}

using System.CommandLine;
using CaaStle.Cli.Completion;

namespace CaaStle.Cli.Commands.Tools;

/// <summary>What the completion scripts call, with all words up to the cursor.</summary>
internal sealed class CompleteCommand : LeafCommand
{
    public const string CommandName = "__complete";

    private readonly Argument<string[]> words = new("WORDS") { Arity = ArgumentArity.ZeroOrMore };

    public CompleteCommand() : base(CommandName, "list what a word can be completed to")
    {
        Hidden = true;
        Add(words);
        Examples = [];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var completer = new Completer(CommandLine.Build(), invocation.Context);
        foreach (var candidate in await completer.CompleteAsync(invocation.Value(words) ?? [], cancellationToken))
            invocation.Context.Output.WriteLine(candidate);
        return ExitCode.Ok;
    }
}

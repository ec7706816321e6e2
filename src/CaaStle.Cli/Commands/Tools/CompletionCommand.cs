using System.CommandLine;
using CaaStle.Cli.Completion;

namespace CaaStle.Cli.Commands.Tools;

internal sealed class CompletionCommand : LeafCommand
{
    private readonly Argument<string> shell = new("SHELL") { Description = "bash, zsh, fish or pwsh" };

    public CompletionCommand() : base("completion", "print a script by which a shell completes cld's words")
    {
        Section = Sections.Tools;
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        Add(shell);
        Examples =
        [
            ("source <(cld completion bash)", "for this bash; in ~/.bashrc for every one"),
            ("cld completion fish > ~/.config/fish/completions/cld.fish", "for fish"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        invocation.Context.Output.Write(CompletionScripts.For(invocation.Required(shell)));
        return Task.FromResult(ExitCode.Ok);
    }
}

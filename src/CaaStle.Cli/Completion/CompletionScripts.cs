namespace CaaStle.Cli.Completion;

/// <summary>For each shell, a script that asks <c>cld __complete</c> with the words up to the cursor.</summary>
internal static class CompletionScripts
{
    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => PowerShell,
    };

    // Where cld has nothing to offer, bash and zsh offer files.
    private const string Bash =
        """
        _cld() {
            local IFS=$'\n'
            COMPREPLY=($(cld __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
        }
        complete -o default -F _cld cld

        """;

    private const string Zsh =
        """
        #compdef cld
        _cld() {
            local -a candidates
            candidates=(${(f)"$(cld __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
            if (( ${#candidates} )); then compadd -a candidates; else _files; fi
        }
        compdef _cld cld

        """;

    private const string Fish =
        """
        function __cld_complete
            set -l words (commandline -opc) (commandline -ct)
            cld __complete -- $words[2..-1] 2>/dev/null
        end
        complete -c cld -f -a '(__cld_complete)'
        complete -c cld -n 'test -z "(__cld_complete)"' -F

        """;

    private const string PowerShell =
        """
        Register-ArgumentCompleter -Native -CommandName cld -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
            if ($wordToComplete -eq '') { $words += '' }
            cld __complete -- @words 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;
}

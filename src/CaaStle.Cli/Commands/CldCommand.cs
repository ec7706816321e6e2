using System.CommandLine;
using System.CommandLine.Invocation;

namespace CaaStle.Cli.Commands;

/// <summary>
/// <c>cld</c> itself, with the options that every command understands. The library's own root command and help option look their texts
/// up in resources, which each start would pay for.
/// </summary>
internal sealed class CldCommand : Command
{
    public CldCommand(GlobalOptions options)
        : base("cld", "environments with managed resources, containers and applications, on this machine or in a cloud")
    {
        Add(new Option<bool>("--help", "-h", "-?") { Description = "explain the command", Recursive = true, Action = new ShowHelp() });
        Add(new Option<bool>("--version") { Description = "show the version", Action = new ShowVersion() });
        foreach (var option in options.All)
            Add(option);
    }

    /// <summary>Goes before the command, and before whatever is wrong with the words.</summary>
    internal abstract class Instead : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult) => throw new NotSupportedException("It is carried out by whoever parsed.");
    }

    internal sealed class ShowHelp : Instead;

    internal sealed class ShowVersion : Instead;
}

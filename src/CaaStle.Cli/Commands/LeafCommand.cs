using System.CommandLine;

namespace CaaStle.Cli.Commands;

/// <summary>A command that does something.</summary>
internal abstract class LeafCommand(string name, string description) : Command(name, description)
{
    /// <summary>Command lines with what each does, for the help: at least two.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; init; } = [];

    /// <summary>Its heading in the help of <c>cld</c>, for commands without a noun.</summary>
    public string Section { get; init; } = "";

    /// <summary>What the outputs are as variables, for commands that have them.</summary>
    public virtual bool WritesDotenv => false;

    public abstract Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken);
}

/// <summary>A noun; its verbs are the subcommands.</summary>
internal sealed class NounCommand : Command
{
    public NounCommand(string name, string description, string section, params IReadOnlyList<LeafCommand> verbs) : base(name, description)
    {
        Section = section;
        foreach (var verb in verbs)
            Add(verb);
    }

    public string Section { get; }
}

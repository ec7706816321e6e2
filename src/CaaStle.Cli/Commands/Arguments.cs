using System.CommandLine;

namespace CaaStle.Cli.Commands;

/// <summary>What a word on the command line names, for completion.</summary>
internal enum NameOf
{
    Nothing,
    File,
    Environment,
    Container,
    Application,

    /// <summary>Of the application that the word before names.</summary>
    Revision,
    Operation,
    Registry,
}

/// <summary>An argument whose words can be completed.</summary>
internal sealed class NameArgument : Argument<string>, ICompletable
{
    public NameArgument(string name, NameOf of, string description) : base(name)
    {
        Of = of;
        Description = description;
    }

    public NameOf Of { get; }

    public static NameArgument New(string description) => new("NAME", NameOf.Nothing, description);

    public static NameArgument File(string description) => new("FILE", NameOf.File, description);

    public static NameArgument Environment(string name = "NAME") => new(name, NameOf.Environment, "the environment");

    public static NameArgument Container() => new("NAME", NameOf.Container, "the container");

    public static NameArgument Application() => new("NAME", NameOf.Application, "the application");

    public static NameArgument Operation() => new("ID", NameOf.Operation, "the operation");
}

/// <summary>An option whose value can be completed.</summary>
internal sealed class NameOption(string name, NameOf of) : Option<string>(name), ICompletable
{
    public NameOf Of => of;
}

internal interface ICompletable
{
    NameOf Of { get; }
}

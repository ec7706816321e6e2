using System.CommandLine;

namespace CaaStle.Cli.Commands;

/// <summary>Options that mean the same in several commands.</summary>
internal static class SharedOptions
{
    public static Option<bool> Reveal() => new("--reveal") { Description = "show secrets in the clear" };

    public static Option<bool> NoRollback() => new("--no-rollback") { Description = "if it fails, keep what was made" };

    public static Option<bool> KeepData() => new("--keep-data") { Description = "leave the data volumes" };
}

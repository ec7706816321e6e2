using System.CommandLine;

namespace CaaStle.Cli.Commands;

/// <summary>Options that mean the same in several commands.</summary>
internal static class SharedOptions
{
    public static Option<bool> Reveal() => new("--reveal") { Description = "show secrets in the clear" };

    public static Option<bool> NoRollback() => new("--no-rollback") { Description = "if it fails, keep what was made" };

    public static Option<bool> KeepData() => new("--keep-data") { Description = "leave the data volumes" };

    public static Option<string> BuildContext() => new("--context") { HelpName = "DIR", Description = "the build context (default: this directory)" };

    public static Option<string> TimeToLive() => new("--ttl") { HelpName = "TIME", Description = "delete it by itself after that time: 30m, 4h, 2d" };

    /// <param name="timeToLive">As it was typed; null where it was not.</param>
    public static long? Seconds(string? timeToLive) => timeToLive is null ? null : (long)Duration.Parse(timeToLive).TotalSeconds;
}

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>With <c>EVERY_FAULT=1</c> nothing is left out: each call fails in each way, and the process dies at each step.</summary>
internal static class EveryFault
{
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("EVERY_FAULT") == "1";

    /// <summary>Whether the call fails in this way: it is refused or its answer is lost, each time one in turn.</summary>
    public static bool IsChosen(int index, string how) => IsWanted || index % 2 == (how == "lost" ? 1 : 0);

    public static IReadOnlyList<string> Ways { get; } = IsWanted ? ["refused", "throttled", "lost", "closed"] : ["refused", "lost"];
}

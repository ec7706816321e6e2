namespace CaaStle.Clouds.Aws.Tests;

/// <summary>With <c>EVERY_FAULT=1</c> nothing is left out: each call fails in each way, and the process dies at each step.</summary>
internal static class EveryFault
{
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("EVERY_FAULT") == "1";

    public static IReadOnlyList<string> Ways { get; } = IsWanted ? ["refused", "throttled", "lost", "closed"] : ["refused", "lost"];
}

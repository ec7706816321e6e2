using System.Globalization;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>The options that every simulated type has: how long it takes and whether it fails.</summary>
internal static class SimulatedOptions
{
    private const string Seconds = @"\d+(\.\d+)?";

    public static IReadOnlyList<OptionDescriptor> All(string section) =>
    [
        new(section + "ready_after", OptionType.Text, "Seconds until it is ready.")
            { Default = "0", Pattern = Seconds, PatternMeaning = "a number of seconds" },
        new(section + "fails_after", OptionType.Text, "Seconds until it fails; never when not given.")
            { Pattern = Seconds, PatternMeaning = "a number of seconds" },
        new(section + "failure", OptionType.Text, "The reason that the cloud gives for the failure.") { Default = "it was told to fail" },
    ];

    public static double ReadyAfter(Options options, string section) => Number(options.Text(section + "ready_after"));

    public static double? FailsAfter(Options options, string section) =>
        options.TextOrNull(section + "fails_after") is { } text ? Number(text) : null;

    public static string Failure(Options options, string section) => options.Text(section + "failure");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

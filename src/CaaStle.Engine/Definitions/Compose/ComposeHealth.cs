using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions.Compose;

/// <summary>Reads <c>healthcheck</c>.</summary>
internal static class ComposeHealth
{
    // What Docker's engine takes where nothing is given.
    private const int DefaultRetries = 3;
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <param name="port">Where the service takes requests; null when it does not.</param>
    public static HealthCheck? Read(ComposeService service, int? port, ShapeChecker checker)
    {
        var (node, path) = (service.Mapping.Find("healthcheck"), $"{service.Path}.healthcheck");
        var command = node is YamlMapping written ? ReadTest(written, path, checker) : [];
        return command.Count > 0
            ? new(Patience((YamlMapping)node!)) { Command = command }
            : port is null ? null : new(ApplicationGrammar.DefaultStartPeriod) { Port = port };
    }

    public static bool HasTest(YamlNode? healthcheck) =>
        healthcheck is YamlMapping mapping && mapping.Find("test") is { } test && !IsDisabled(mapping) && !IsNone(test);

    private static IReadOnlyList<string> ReadTest(YamlMapping healthcheck, string path, ShapeChecker checker)
    {
        var test = healthcheck.Find("test");
        switch (test)
        {
            case null:
                if (!IsDisabled(healthcheck) && !healthcheck.Entries.Any(entry => NearestWord.Find(entry.Key.Text, ["test"]) is not null))
                {
                    checker.Report(
                        healthcheck.Position,
                        $"{path}.test",
                        "the key 'test' is missing, and the image's own check is not used",
                        "test, or disable: true");
                }

                return [];
            case var _ when IsDisabled(healthcheck) && !IsNone(test):
                checker.Report(test.Position, $"{path}.test", "a test that is disabled", "either test or disable");
                return [];
            case var _ when IsNone(test):
                return [];
            case YamlScalar shell:
                return ["/bin/sh", "-c", shell.Text];
        }

        var words = ContainerParts.Texts(test);
        switch (words)
        {
            case ["CMD", _, ..]:
                return [.. words.Skip(1)];
            case ["CMD-SHELL", var line]:
                return ["/bin/sh", "-c", line];
            default:
                if (test is YamlList)
                {
                    checker.Report(
                        test.Position, $"{path}.test", "this list is no test", "[CMD, program, argument, ...], [CMD-SHELL, line], or [NONE]");
                }

                return [];
        }
    }

    /// <summary>As long as Docker's engine takes to call it unhealthy, and not less than where nothing is said of it.</summary>
    private static TimeSpan Patience(YamlMapping healthcheck)
    {
        var retries = healthcheck.FindText("retries") is { } text ? ComposeGrammar.Retries.Parse(text) ?? 0 : DefaultRetries;
        var once = (Time("interval") ?? DefaultInterval) + (Time("timeout") ?? DefaultTimeout);
        var patience = (Time("start_period") ?? TimeSpan.Zero) + (retries * once);
        return patience < ApplicationGrammar.DefaultStartPeriod ? ApplicationGrammar.DefaultStartPeriod
            : patience > ComposeUnits.MaximumDuration ? ComposeUnits.MaximumDuration
            : patience;

        TimeSpan? Time(string key) => healthcheck.FindText(key) is { } written ? ComposeUnits.Duration(written) : null;
    }

    private static bool IsDisabled(YamlMapping healthcheck) =>
        healthcheck.Find("disable") is { } disable && BooleanShape.Parse(disable) == true;

    private static bool IsNone(YamlNode test) => test is YamlScalar { Text: "NONE" } || ContainerParts.Texts(test) is ["NONE"];
}

using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>What was looked at, for people: each with its sign, and below what is wrong what to type.</summary>
internal static class CheckText
{
    public static void Write(CheckReport report, TextWriter output, Style style, string program)
    {
        var width = report.Checks.Select(check => check.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var area in report.Checks.GroupBy(check => check.Area))
        {
            output.WriteLine(style.Strong(Untrusted.Clean(area.Key)));
            foreach (var check in area)
            {
                output.WriteLine($"  {Sign(check, style)} {Untrusted.Clean(check.Name).PadRight(width)}   {Untrusted.Clean(check.Detail)}");
                foreach (var fix in check.Fix)
                    output.WriteLine($"    → {Untrusted.Clean(ProblemText.AsTyped(fix, program))}");
            }
        }

        output.WriteLine(Summary(report, style));
    }

    private static string Sign(CheckView check, Style style) => check.Result switch
    {
        CheckView.Passed => style.Good("✓"),
        CheckView.Warning => style.Busy("!"),
        _ => style.Bad("✗"),
    };

    private static string Summary(CheckReport report, Style style)
    {
        var failed = report.Checks.Count(check => check.Result == CheckView.Failed);
        var warnings = report.Checks.Count(check => check.Result == CheckView.Warning);
        var told = (failed, warnings) switch
        {
            (0, 0) => style.Good("all is well"),
            (0, _) => style.Busy($"{Count(warnings, "warning")}"),
            (_, 0) => style.Bad($"{failed} failed"),
            _ => style.Bad($"{failed} failed, {Count(warnings, "warning")}"),
        };
        return $"{Count(report.Checks.Count, "check")}: {told}";
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}

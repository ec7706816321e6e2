using System.Globalization;
using System.Text.RegularExpressions;

namespace CaaStle.Cli.Commands;

/// <summary>Lengths of time as they are typed: <c>90s</c>, <c>30m</c>, <c>2h</c>, <c>1h30m</c>, <c>3d</c>.</summary>
internal static partial class Duration
{
    /// <exception cref="Api.ProblemException">The text is no length of time.</exception>
    public static TimeSpan Parse(string text)
    {
        var form = Form().Match(text);
        if (text.Length == 0 || !form.Success)
            throw NoDuration(text);
        try
        {
            var duration = TimeSpan.FromSeconds(
                (Number(form, "d") * 86_400) + (Number(form, "h") * 3_600) + (Number(form, "m") * 60) + Number(form, "s"));
            return duration > TimeSpan.Zero ? duration : throw NoDuration(text);
        }
        catch (OverflowException)
        {
            throw NoDuration(text);
        }
    }

    private static double Number(Match form, string unit) =>
        form.Groups[unit] is { Success: true, Value: var digits } ? double.Parse(digits, CultureInfo.InvariantCulture) : 0;

    private static Api.ProblemException NoDuration(string text) =>
        LocalProblems.Create(LocalProblems.Usage, $"'{text}' is no length of time.", "Expected one such as 30m, 2h, 1h30m or 3d.");

    [GeneratedRegex(@"^((?<d>\d+)d)?((?<h>\d+)h)?((?<m>\d+)m)?((?<s>\d+)s)?$")]
    private static partial Regex Form();
}

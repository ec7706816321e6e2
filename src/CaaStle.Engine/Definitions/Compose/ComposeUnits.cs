using System.Globalization;
using System.Text.RegularExpressions;

namespace CaaStle.Engine.Definitions.Compose;

/// <summary>How Compose writes quantities; null for what is none or out of range.</summary>
internal static partial class ComposeUnits
{
    public static readonly TimeSpan MaximumDuration = TimeSpan.FromHours(24);

    /// <summary><c>90s</c>, <c>1m30s</c>, <c>500ms</c>.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (Durations().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var seconds = match.Groups["number"].Captures.Zip(match.Groups["unit"].Captures, (number, unit) => Number(number.Value) * unit.Value switch
        {
            "us" => 1e-6,
            "ms" => 1e-3,
            "s" => 1,
            "m" => 60,
            _ => 3600,
        }).Sum();
        return seconds <= MaximumDuration.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>Bytes, or <c>512m</c>, <c>1.5gb</c>; rounded up, so that there is never less than was asked for.</summary>
    public static int? Megabytes(string text)
    {
        if (Sizes().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var bytes = Number(match.Groups["number"].Value) * match.Groups["unit"].Value switch
        {
            "k" or "K" => 1 << 10,
            "m" or "M" => 1 << 20,
            "g" or "G" => 1 << 30,
            _ => 1,
        };
        var megabytes = Math.Ceiling(bytes / (1 << 20));
        return megabytes >= ApplicationGrammar.Memory.Minimum && megabytes <= ApplicationGrammar.Memory.Maximum ? (int)megabytes : null;
    }

    /// <summary>Shares, 1024 for one core; 0 for no limit.</summary>
    public static int? CpuShares(string text)
    {
        if (!Decimals().IsMatch(text))
        {
            return null;
        }

        var shares = Math.Round(Number(text) * 1024);
        return shares == 0 || (shares >= ApplicationGrammar.Cpu.Minimum && shares <= ApplicationGrammar.Cpu.Maximum) ? (int)shares : null;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A(?:(?<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)(?<unit>us|ms|s|m|h))+\z")]
    private static partial Regex Durations();

    [GeneratedRegex(@"\A(?<number>[0-9]{1,15}(?:\.[0-9]{1,9})?)(?:(?<unit>[kKmMgG])?[bB]?)\z")]
    private static partial Regex Sizes();

    [GeneratedRegex(@"\A[0-9]{1,6}(?:\.[0-9]{1,9})?\z")]
    private static partial Regex Decimals();
}

/// <summary>One entry of <c>ports</c>.</summary>
/// <param name="Published">Null for any free one.</param>
internal sealed partial record ComposePort(int Target, int? Published)
{
    /// <summary><c>80</c> or <c>8080:80</c>, with or without <c>/tcp</c>.</summary>
    public static ComposePort? Parse(string text)
    {
        if (Short().Match(text) is not { Success: true } match || Port(match.Groups["target"].Value) is not { } target)
        {
            return null;
        }

        var (written, published) = (match.Groups["published"].Success, Port(match.Groups["published"].Value));
        return written && published is null ? null : new(target, published);
    }

    private static int? Port(string text) => (int?)ApplicationGrammar.Port.Parse(text);

    [GeneratedRegex(@"\A(?:(?<published>[0-9]{1,5}):)?(?<target>[0-9]{1,5})(?:/tcp)?\z")]
    private static partial Regex Short();
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace CaaStle.Engine.Definitions.TaskDefinitions;

/// <summary>How ECS writes the size of a task; null for what is none or out of range.</summary>
internal static partial class TaskDefinitionUnits
{
    private const int Units = 1024;

    /// <summary><c>512</c>, <c>.5 vCPU</c>.</summary>
    public static int? Cpu(string text) => Number(Processors(), text) is { } units
        && units >= ApplicationGrammar.Cpu.Minimum && units <= ApplicationGrammar.Cpu.Maximum ? units : null;

    /// <summary><c>2048</c>, <c>2 GB</c>.</summary>
    public static int? Megabytes(string text) => Number(Sizes(), text) is { } megabytes
        && megabytes >= ApplicationGrammar.Memory.Minimum && megabytes <= ApplicationGrammar.Memory.Maximum ? megabytes : null;

    private static int? Number(Regex form, string text) =>
        form.Match(text) is { Success: true } match
        && double.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (int)Math.Round(match.Groups["unit"].Success ? number * Units : number)
            : null;

    [GeneratedRegex(@"\A(?:(?<number>[0-9]{1,6})|(?<number>[0-9]{0,3}\.?[0-9]{1,3}) ?(?<unit>vcpu))\z", RegexOptions.IgnoreCase)]
    private static partial Regex Processors();

    [GeneratedRegex(@"\A(?:(?<number>[0-9]{1,7})|(?<number>[0-9]{0,4}\.?[0-9]{1,3}) ?(?<unit>gb))\z", RegexOptions.IgnoreCase)]
    private static partial Regex Sizes();
}

using System.Text.RegularExpressions;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Docker.Building;

/// <summary>
/// The images that a Dockerfile starts from or copies from. They are pulled before the build, because a builder without a client at its
/// side cannot ask a registry for them.
/// </summary>
internal static partial class BaseImages
{
    public static IReadOnlyList<ImageReference> Of(string dockerfile)
    {
        var arguments = new Dictionary<string, string>();
        var stages = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "scratch" };
        var images = new List<string>();
        var inStage = false;
        foreach (var line in Instructions(dockerfile))
        {
            if (!inStage && Argument().Match(line) is { Success: true } argument)
            {
                arguments[argument.Groups["name"].Value] = argument.Groups["value"].Value.Trim('"', '\'');
            }
            else if (From().Match(line) is { Success: true } from)
            {
                inStage = true;
                Add(from.Groups["image"].Value);
                stages.Add(from.Groups["stage"].Value);
            }
            else if (CopyFrom().Match(line) is { Success: true } copy && !copy.Groups["image"].Value.All(char.IsAsciiDigit))
            {
                Add(copy.Groups["image"].Value);
            }
        }

        return [.. images.Distinct().Select(TryParse).OfType<ImageReference>()];

        void Add(string written)
        {
            var image = Substitute(written, arguments);
            if (!stages.Contains(image))
            {
                images.Add(image);
            }
        }
    }

    /// <summary>Logical lines, without comments.</summary>
    private static IEnumerable<string> Instructions(string dockerfile)
    {
        var unfinished = "";
        foreach (var line in dockerfile.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[^1] == '\\')
            {
                unfinished += line[..^1] + " ";
                continue;
            }

            yield return unfinished + line;
            unfinished = "";
        }
    }

    private static string Substitute(string text, Dictionary<string, string> arguments) => Variable().Replace(
        text,
        match => arguments.TryGetValue(match.Groups["name"].Value, out var value) && value.Length > 0 ? value : match.Groups["default"].Value);

    /// <summary>What cannot be understood here is left to the builder to complain about.</summary>
    private static ImageReference? TryParse(string image)
    {
        try
        {
            return ImageReference.Parse(image);
        }
        catch (CloudException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^ARG\s+(?<name>\w+)(=(?<value>\S*))?", RegexOptions.IgnoreCase)]
    private static partial Regex Argument();

    [GeneratedRegex(@"^FROM\s+(--\S+\s+)*(?<image>\S+)(\s+AS\s+(?<stage>\S+))?", RegexOptions.IgnoreCase)]
    private static partial Regex From();

    [GeneratedRegex(@"^COPY\s+(--\S+\s+)*--from=(?<image>\S+)|^RUN\s.*--mount=\S*\bfrom=(?<image>[^,\s]+)", RegexOptions.IgnoreCase)]
    private static partial Regex CopyFrom();

    [GeneratedRegex(@"\$(\{(?<name>\w+)(:?-(?<default>[^}]*))?\}|(?<name>\w+))")]
    private static partial Regex Variable();
}

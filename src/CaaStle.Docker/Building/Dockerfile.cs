using System.Globalization;
using System.Text.RegularExpressions;
using CaaStle.Abstractions;

namespace CaaStle.Docker.Building;

/// <summary>
/// What must be known of a Dockerfile before it is built: a builder without a client at its side cannot ask for logins or secrets. What
/// cannot be understood here is left to the builder.
/// </summary>
/// <param name="Frontend">The image that reads the Dockerfile, of a line <c># syntax=</c>; null for the builder's own.</param>
/// <param name="Images">What the last stage and those that it needs start from or copy from.</param>
/// <param name="ClientMount">The type of a mount in them that only a client could serve: <c>secret</c>, <c>ssh</c>; null without one.</param>
internal sealed partial record Dockerfile(ImageReference? Frontend, IReadOnlyList<ImageReference> Images, string? ClientMount)
{
    public static Dockerfile Parse(string text)
    {
        var lines = text.Split('\n').Select(line => line.Trim()).ToList();
        var arguments = new Dictionary<string, string>();
        var stages = new List<Stage>();
        foreach (var line in Instructions(lines))
        {
            if (From().Match(line) is { Success: true } from)
            {
                stages.Add(new(from.Groups["stage"].Value, Substitute(from.Groups["image"].Value, arguments)));
            }
            else if (stages is [.., var stage])
            {
                stage.Add(line);
            }
            else if (Argument().Match(line) is { Success: true } argument)
            {
                foreach (var (name, value) in argument.Groups["name"].Captures.Zip(argument.Groups["value"].Captures))
                {
                    arguments[name.Value] = Substitute(value.Value.TrimStart('=').Trim('"', '\''), arguments) ?? "";
                }
            }
        }

        var (images, mount) = FindNeeded(stages);
        return new(FindFrontend(lines), [.. images.Distinct().Select(TryParse).OfType<ImageReference>()], mount);
    }

    /// <summary>Logical lines, without comments and without here-documents.</summary>
    private static IEnumerable<string> Instructions(List<string> lines)
    {
        var unfinished = "";
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == '#')
            {
                continue;
            }

            if (lines[i][^1] == '\\')
            {
                unfinished += lines[i][..^1] + " ";
                continue;
            }

            var instruction = unfinished + lines[i];
            unfinished = "";
            foreach (Match document in HereDocument().Matches(instruction))
            {
                var end = lines.IndexOf(document.Groups["end"].Value, i + 1);
                i = end < 0 ? i : end;
            }

            yield return instruction;
        }
    }

    /// <summary>A stage can only use those before it.</summary>
    private static (List<string> Images, string? Mount) FindNeeded(List<Stage> stages)
    {
        var (images, mount) = (new List<string>(), (string?)null);
        var needed = new HashSet<int> { stages.Count - 1 };
        for (var i = stages.Count - 1; i >= 0; i--)
        {
            if (!needed.Contains(i))
            {
                continue;
            }

            mount = stages[i].ClientMount ?? mount;
            var ownImages = new List<string>();
            foreach (var source in stages[i].Sources.OfType<string>())
            {
                var stage = stages[..i].FindLastIndex(earlier => earlier.IsCalled(source));
                if (stage < 0 && int.TryParse(source, CultureInfo.InvariantCulture, out var index) && index < i)
                {
                    stage = index;
                }

                if (stage >= 0)
                {
                    needed.Add(stage);
                }
                else if (source != "scratch")
                {
                    ownImages.Add(source);
                }
            }

            images.InsertRange(0, ownImages);
        }

        return (images, mount);
    }

    private static ImageReference? FindFrontend(List<string> lines) => lines
        .Select(line => Directive().Match(line))
        .TakeWhile(directive => directive.Success)
        .FirstOrDefault(directive => directive.Groups["name"].Value.Equals("syntax", StringComparison.OrdinalIgnoreCase)) is { } syntax
            ? TryParse(syntax.Groups["value"].Value)
            : null;

    /// <returns>Null when it has a variable that has no value here: the builder knows some of its own.</returns>
    private static string? Substitute(string text, Dictionary<string, string> arguments)
    {
        var known = true;
        var substituted = Variable().Replace(text, match =>
        {
            var value = arguments.GetValueOrDefault(match.Groups["name"].Value) is { Length: > 0 } given ? given : match.Groups["default"].Value;
            known &= value.Length > 0;
            return value;
        });
        return known ? substituted : null;
    }

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

    [GeneratedRegex(@"^#\s*(?<name>[a-z][a-z0-9]*)\s*=\s*(?<value>\S+)", RegexOptions.IgnoreCase)]
    private static partial Regex Directive();

    [GeneratedRegex("""^ARG(\s+(?<name>\w+)(?<value>(=("[^"]*"|'[^']*'|\S*))?))+""", RegexOptions.IgnoreCase)]
    private static partial Regex Argument();

    [GeneratedRegex(@"^FROM\s+(--\S+\s+)*(?<image>\S+)(\s+AS\s+(?<stage>\S+))?", RegexOptions.IgnoreCase)]
    private static partial Regex From();

    [GeneratedRegex(@"^COPY\s+(--\S+\s+)*--from=(?<image>\S+)", RegexOptions.IgnoreCase)]
    private static partial Regex CopyFrom();

    [GeneratedRegex(@"^RUN(\s+--(mount=(?<mount>\S+)|\S+))+", RegexOptions.IgnoreCase)]
    private static partial Regex RunMounts();

    [GeneratedRegex(@"\s<<-?(?<quote>[""']?)(?<end>\w+)\k<quote>")]
    private static partial Regex HereDocument();

    [GeneratedRegex(@"\$(\{(?<name>\w+)(:?-(?<default>[^}]*))?\}|(?<name>\w+))")]
    private static partial Regex Variable();

    private sealed class Stage(string name, string? image)
    {
        /// <summary>Images and other stages, as they are written; null for what is not known here.</summary>
        public List<string?> Sources { get; } = [image];

        public string? ClientMount { get; private set; }

        public bool IsCalled(string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

        public void Add(string instruction)
        {
            if (CopyFrom().Match(instruction) is { Success: true } copy)
            {
                Sources.Add(copy.Groups["image"].Value);
            }

            foreach (var mount in RunMounts().Match(instruction).Groups["mount"].Captures.Select(capture => capture.Value))
            {
                if (Option(mount, "from") is { } image)
                {
                    Sources.Add(image);
                }

                ClientMount ??= Option(mount, "type") is "secret" or "ssh" ? Option(mount, "type") : null;
            }
        }

        private static string? Option(string mount, string name) =>
            mount.Split(',').Select(option => option.Split('=', 2)).FirstOrDefault(option => option[0] == name && option.Length == 2)?[1];
    }
}

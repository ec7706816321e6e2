using System.Text;
using System.Text.RegularExpressions;

namespace CaaStle.Cli.BuildContext;

/// <summary>
/// The patterns of a <c>.dockerignore</c>, with Docker's meaning: paths are relative to the context, <c>**</c> stands for any number of
/// directories, a pattern that matches a directory holds for all in it, <c>!</c> takes back, the last pattern that matches decides.
/// </summary>
internal sealed class IgnoreFile
{
    private readonly List<Pattern> patterns = [];

    private sealed record Pattern(string Text, bool IsException, Regex Regex);

    /// <param name="alwaysSent">Paths that no pattern can exclude: the Dockerfile and the file itself.</param>
    /// <exception cref="FormatException">A pattern is malformed.</exception>
    public static IgnoreFile Parse(string text, params IEnumerable<string> alwaysSent)
    {
        var file = new IgnoreFile();
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            if (!line.StartsWith('#'))
                file.Add(line.Trim());
        }

        foreach (var path in alwaysSent)
        {
            if (file.Excludes(path))
                file.patterns.Add(new(path, IsException: true, new Regex($"^{Regex.Escape(path)}$")));
        }

        return file;
    }

    /// <summary>Whether a file or directory is not to be sent. Parts of <paramref name="path"/> are separated by slashes.</summary>
    public bool Excludes(string path)
    {
        var excluded = false;
        foreach (var pattern in patterns)
        {
            // One that would not change the answer need not be looked at.
            if (pattern.IsException == excluded && MatchesOrParentMatches(pattern.Regex, path))
                excluded = !pattern.IsException;
        }

        return excluded;
    }

    /// <summary>Whether something within an excluded directory may be taken back.</summary>
    public bool MayTakeBackWithin(string directory) => patterns.Exists(pattern =>
        pattern.IsException
        && (FixedPart(pattern.Text) is var part
            && (part.Length == 0
                || part.StartsWith(directory + "/", StringComparison.Ordinal)
                || $"{directory}/".StartsWith(part, StringComparison.Ordinal))));

    private void Add(string line)
    {
        if (line.Length == 0)
            return;
        var isException = line[0] == '!';
        var pattern = isException ? line[1..].Trim() : line;
        if (pattern.Length == 0)
            throw new FormatException("'!' needs a pattern after it.");
        pattern = CleanPath(pattern);
        if (pattern.Length > 1 && pattern[0] == '/')
            pattern = pattern[1..];
        if (pattern is "" or "." or "/")
            return;
        patterns.Add(new(pattern, isException, ToRegex(pattern)));
    }

    private static bool MatchesOrParentMatches(Regex regex, string path)
    {
        if (regex.IsMatch(path))
            return true;
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (regex.IsMatch(path[..slash]))
                return true;
        }

        return false;
    }

    /// <summary>The directories at a pattern's beginning that have no wildcard, and up to it.</summary>
    private static string FixedPart(string pattern)
    {
        var wildcard = pattern.AsSpan().IndexOfAny("*?[\\");
        return wildcard < 0 ? pattern : pattern[..(pattern.LastIndexOf('/', wildcard) + 1)];
    }

    /// <summary>Without empty parts, <c>.</c>, and <c>..</c> after a name.</summary>
    private static string CleanPath(string path)
    {
        var isRooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part != ".." || !isRooted)
                parts.Add(part);
        }

        var clean = string.Join('/', parts);
        return isRooted ? "/" + clean : clean.Length == 0 ? "." : clean;
    }

    private static Regex ToRegex(string pattern)
    {
        var regex = new StringBuilder("^");
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                regex.Append(Regex.Escape(pattern[++i].ToString()));
            }
            else if (inClass)
            {
                inClass = c != ']';
                regex.Append(c == '[' ? "\\[" : c);
            }
            else if (c == '[')
            {
                inClass = true;
                regex.Append(c);
            }
            else if (c == '*' && i + 1 < pattern.Length && pattern[i + 1] == '*')
            {
                i++;
                if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                    i++;
                regex.Append(i + 1 == pattern.Length ? ".*" : "(.*/)?");
            }
            else
            {
                regex.Append(c switch { '*' => "[^/]*", '?' => "[^/]", _ => Regex.Escape(c.ToString()) });
            }
        }

        try
        {
            return inClass ? throw Malformed(pattern) : new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline);
        }
        catch (ArgumentException)
        {
            throw Malformed(pattern);
        }
    }

    private static FormatException Malformed(string pattern) => new($"The pattern '{pattern}' is malformed.");
}

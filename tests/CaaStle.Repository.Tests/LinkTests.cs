using System.Text.RegularExpressions;

namespace CaaStle.Repository.Tests;

/// <summary>What the documents point to within the repository is there.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Documents { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules"))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        var links = Link().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal));

        Assert.DoesNotContain(links, link => !Leads(document, link));
    }

    private static bool Leads(string document, string link)
    {
        var (file, section) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, null);
        var target = file.Length == 0 ? Repository.PathOf(document) : Path.Combine(Path.GetDirectoryName(Repository.PathOf(document))!, file);
        return section is null ? Path.Exists(target) : File.Exists(target) && Anchors(File.ReadAllText(target)).Contains(section);
    }

    /// <summary>As sites that show Markdown make them of headings.</summary>
    private static IEnumerable<string> Anchors(string text) => Heading().Matches(text)
        .Select(match => NotInAnchors().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(\s*([^)\s]+)\s*\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ +(.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{Nd} _-]")]
    private static partial Regex NotInAnchors();
}

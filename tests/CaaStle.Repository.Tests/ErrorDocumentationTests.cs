using System.Text.RegularExpressions;

namespace CaaStle.Repository.Tests;

/// <summary>Problems refer to a section of docs/errors.md by their code.</summary>
public sealed partial class ErrorDocumentationTests
{
    [Fact]
    public void Every_code_of_a_problem_has_a_section_and_every_section_a_code()
    {
        var codes = CodesOf("src/CaaStle.Api/Contract/Problems.cs").Concat(CodesOf("src/CaaStle.Cli/LocalProblems.cs"));
        var sections = Section().Matches(Repository.Read("docs/errors.md")).Select(match => match.Groups[1].Value);

        Assert.Equal(codes.Order(), sections.Order());
    }

    private static IEnumerable<string> CodesOf(string file) => Code().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value);

    [GeneratedRegex("""public const string \w+ = "([a-z-]+)";""")]
    private static partial Regex Code();

    [GeneratedRegex("^## `?([a-z-]+)`?$", RegexOptions.Multiline)]
    private static partial Regex Section();
}

using System.Text.RegularExpressions;

namespace CaaStle.Repository.Tests;

public sealed partial class SourceTests
{
    private const int MaximumLines = 500;

    [Fact]
    public void No_file_is_too_long_to_be_read_at_once() => Assert.DoesNotContain(
        Repository.SourceFiles("src"), file => File.ReadLines(Repository.PathOf(file)).Count() > MaximumLines);

    [Fact]
    public void No_source_reads_the_wall_clock() => Assert.DoesNotContain(
        Repository.SourceFiles("src"), file => WallClock().IsMatch(Repository.Read(file)));

    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("LICENSE")]
    public void The_repository_has_what_a_newcomer_looks_for(string file) => Assert.True(File.Exists(Repository.PathOf(file)), $"{file} is missing.");

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(Now|UtcNow|Today)\b|\bThread\.Sleep\(|\bRandom\.Shared\b")]
    private static partial Regex WallClock();
}

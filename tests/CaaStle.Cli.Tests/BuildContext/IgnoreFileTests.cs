using CaaStle.Cli.BuildContext;

namespace CaaStle.Cli.Tests.BuildContext;

public sealed class IgnoreFileTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "dir/a.log", false)]
    [InlineData("**/*.log", "dir/sub/a.log", true)]
    [InlineData("**/*.log", "a.log", true)]
    [InlineData("dir", "dir/sub/a", true)]
    [InlineData("dir/", "dir/a", true)]
    [InlineData("/dir", "dir/a", true)]
    [InlineData("./dir/../dir", "dir/a", true)]
    [InlineData("dir", "other/dir", false)]
    [InlineData("**/dir", "other/dir/a", true)]
    [InlineData("dir/**", "dir", false)]
    [InlineData("dir/**", "dir/a", true)]
    [InlineData("dir/**/x", "dir/x", true)]
    [InlineData("dir/**/x", "dir/a/b/x", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[ab].txt", "b.txt", true)]
    [InlineData("[^ab].txt", "b.txt", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("a+(b)", "a+(b)", true)]
    [InlineData(@"a\*", "a*", true)]
    [InlineData(@"a\*", "ab", false)]
    [InlineData("# comment\n*", "a", true)]
    [InlineData(" # pattern", "# pattern", true)]
    [InlineData("*\n!a", "a", false)]
    [InlineData("!a\n*", "a", true)]
    [InlineData("*\n!dir/keep\ndir/keep/not", "dir/keep/not", true)]
    [InlineData("*\n!dir/keep\ndir/keep/not", "dir/keep/yes", false)]
    [InlineData("*\n! a ", "a", false)]
    [InlineData("*", "Dockerfile", false)]
    [InlineData("*", ".dockerignore", false)]
    [InlineData("Dockerfile", "Dockerfile", false)]
    [InlineData("\uFEFF*.log\r\n", "a.log", true)]
    [InlineData("", "a", false)]
    [InlineData(".", "a", false)]
    public void Patterns_mean_what_they_mean_to_docker(string text, string path, bool isExcluded) =>
        Assert.Equal(isExcluded, IgnoreFile.Parse(text, "Dockerfile", ".dockerignore").Excludes(path));

    [Theory]
    [InlineData("dir\n!dir/a", "dir", true)]
    [InlineData("dir\n!dir/sub/a", "dir/sub", true)]
    [InlineData("dir\n!other/a", "dir", false)]
    [InlineData("dir\n!**/a", "dir", true)]
    [InlineData("dir\n!d*/a", "dir", true)]
    [InlineData("dir", "dir", false)]
    public void Excluded_directories_are_entered_only_for_exceptions(string text, string directory, bool mayTakeBack) =>
        Assert.Equal(mayTakeBack, IgnoreFile.Parse(text).MayTakeBackWithin(directory));

    [Theory]
    [InlineData("[a")]
    [InlineData("!")]
    public void A_malformed_pattern_is_refused(string text) => Assert.Throws<FormatException>(() => IgnoreFile.Parse(text));
}

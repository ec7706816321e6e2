using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("environment.yaml", "environment.yaml")]
    [InlineData("my file.yaml", "'my file.yaml'")]
    [InlineData("it's.yaml", @"'it'\''s.yaml'")]
    [InlineData("$HOME/a;b", "'$HOME/a;b'")]
    [InlineData("", "''")]
    public void A_word_that_is_quoted_is_read_as_it_was(string word, string quoted)
    {
        Assert.Equal(quoted, ShellWords.Quote(word));
        Assert.Equal([word], ShellWords.Split(quoted));
    }
}

using System.Text.Json;
using CaaStle.Cli.Output;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Output;

public sealed class TextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("a\u001b]0;title\u0007b", "ab")]
    [InlineData("a\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\b", "alinkb")]
    [InlineData("\u009b2Jgone", "gone")]
    [InlineData("\u001bcreset", "reset")]
    [InlineData("\u001b(Bx", "x")]
    [InlineData("bell\u0007 and\rreturn", "bell andreturn")]
    [InlineData("tab\tand\nline", "tab and line")]
    [InlineData("cut \u001b[3", "cut")]
    [InlineData("cut \u001b", "cut")]
    [InlineData("[bold]kept[/]", "[bold]kept[/]")]
    public void Terminal_commands_are_taken_out_of_text(string text, string clean) => Assert.Equal(clean, Untrusted.Clean(text));

    [Theory]
    [InlineData("""{"a":1,"b":[],"c":{},"d":null,"e":true}""", "a: 1\nb: []\nc: {}\nd: null\ne: true\n")]
    [InlineData("""[{"a":1,"b":2},[1,[2]],"x"]""", "- a: 1\n  b: 2\n- - 1\n  - - 2\n- x\n")]
    [InlineData("""{"a":{"b":["c"]}}""", "a:\n  b:\n    - c\n")]
    [InlineData("""["yes","null","1.5","","a: b","#c","-","a#b c","0x1","~"]""", "- \"yes\"\n- \"null\"\n- \"1.5\"\n- \"\"\n- \"a: b\"\n- \"#c\"\n- \"-\"\n- \"a#b c\"\n- \"0x1\"\n- \"~\"\n")]
    [InlineData("""{"a":"one\n  two\n"}""", "a: |\n  one\n    two\n")]
    [InlineData("""{"a":"one\n\ntwo"}""", "a: |-\n  one\n\n  two\n")]
    [InlineData("""{"a":"quote \" and \u001b"}""", "a: \"quote \\\" and \\u001B\"\n")]
    [InlineData("""{"a b":"c"}""", "a b: c\n")]
    [InlineData("\"x\"", "x\n")]
    public void Json_becomes_yaml(string json, string yaml) => Assert.Equal(yaml, YamlWriter.Write(JsonDocument.Parse(json).RootElement));

    [Theory]
    [InlineData(2, "just now")]
    [InlineData(40, "40 s ago")]
    [InlineData(300, "5 min ago")]
    [InlineData(7300, "2 h ago")]
    [InlineData(100000, "1 day ago")]
    [InlineData(200000, "2 days ago")]
    public void Times_are_relative(int seconds, string text) =>
        Assert.Equal(text, Times.Ago(Make.Now.AddSeconds(-seconds), new InstantClock(Make.Now)));

    [Theory]
    [InlineData("lst", "list")]
    [InlineData("craete", "create")]
    [InlineData("del", "delete")]
    [InlineData("zzz", null)]
    public void The_nearest_word_is_found(string word, string? nearest) => Assert.Equal(nearest, Spelling.Nearest(word, ["list", "create", "delete", "show"]));
}

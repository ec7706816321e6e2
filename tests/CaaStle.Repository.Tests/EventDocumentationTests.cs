using System.Text.RegularExpressions;

namespace CaaStle.Repository.Tests;

/// <summary>docs/events.md lists what programs can meet in the event stream.</summary>
public sealed partial class EventDocumentationTests
{
    [Fact]
    public void Every_type_of_event_is_listed_and_every_listed_type_exists()
    {
        var types = Entry().Matches(Repository.Read("src/CaaStle.Engine/Journal/JournalEntry.cs"))
            .Concat(OfTheClient().Matches(Repository.Read("src/CaaStle.Cli/Progress/OperationEvents.cs")))
            .Select(match => match.Groups[1].Value);
        var listed = Row().Matches(Repository.Read("docs/events.md")).Select(match => match.Groups[1].Value);

        Assert.Equal(types.Order(), listed.Order());
    }

    [GeneratedRegex("""JsonDerivedType\(typeof\(\w+\), "([a-z-]+)"\)""")]
    private static partial Regex Entry();

    [GeneratedRegex("""public const string Connection\w+ = "([a-z-]+)";""")]
    private static partial Regex OfTheClient();

    [GeneratedRegex("^[|] `([a-z]+-[a-z-]+)` [|]", RegexOptions.Multiline)]
    private static partial Regex Row();
}

using System.Globalization;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>The options that every simulated type has: how long it takes and what goes wrong.</summary>
internal static class SimulatedOptions
{
    private const string Number = @"\d+(\.\d+)?";

    public static IReadOnlyList<OptionDescriptor> All(string section) =>
    [
        Seconds(section + "ready_after", "Seconds until it is ready.") with { Default = "0" },
        new(section + "states", OptionType.List, "What the cloud says that it is until it is ready, one after the other; creating when not given."),
        Seconds(section + "fails_after", "Seconds until it fails; never when not given."),
        new(section + "failure", OptionType.Text, "The reason that the cloud gives for the failure.") { Default = "it was told to fail" },
        Seconds(section + "deletion_takes", "Seconds that its deletion takes."),
        Seconds(section + "vanishes_after", "Seconds until somebody else deletes it; never when not given."),
        new(section + "refused", OptionType.Text, "The cloud never makes it and says this."),
        new(section + "taken", OptionType.Boolean, "Somebody else has its name already.") { Default = "false" },
        Count(section + "throttled", "So many calls about it are first answered that there are too many."),
        Seconds(section + "retry_after", "Seconds that the cloud then asks to be left alone.") with { Default = "1" },
        Count(section + "errors", "So many calls about it first fail by an error that passes."),
        Count(section + "lost_answers", "So many calls that change it are first applied without an answer."),
    ];

    public static Behaviour Read(Options options, string section) => new()
    {
        ReadySeconds = SecondsOf(options, section + "ready_after") ?? 0,
        States = options.List(section + "states"),
        FailsSeconds = SecondsOf(options, section + "fails_after"),
        FailureReason = options.Text(section + "failure"),
        DeletionSeconds = SecondsOf(options, section + "deletion_takes"),
        VanishesSeconds = SecondsOf(options, section + "vanishes_after"),
        Refused = options.TextOrNull(section + "refused"),
        IsTaken = options.Boolean(section + "taken"),
        Throttled = options.Integer(section + "throttled"),
        RetrySeconds = SecondsOf(options, section + "retry_after") ?? 0,
        Errors = options.Integer(section + "errors"),
        LostAnswers = options.Integer(section + "lost_answers"),
    };

    private static OptionDescriptor Seconds(string name, string meaning) =>
        new(name, OptionType.Text, meaning) { Pattern = Number, PatternMeaning = "a number of seconds" };

    private static OptionDescriptor Count(string name, string meaning) =>
        new(name, OptionType.Integer, meaning) { Default = "0", Minimum = 0 };

    private static double? SecondsOf(Options options, string name) =>
        options.TextOrNull(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;
}

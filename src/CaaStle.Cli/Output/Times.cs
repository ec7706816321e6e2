using System.Globalization;

namespace CaaStle.Cli.Output;

/// <summary>Times and durations for people; machines get ISO 8601 and seconds.</summary>
internal static class Times
{
    public static string Ago(DateTimeOffset at, TimeProvider clock)
    {
        var age = clock.GetUtcNow() - at;
        return age switch
        {
            { TotalSeconds: < 5 } => "just now",
            { TotalMinutes: < 1 } => $"{(int)age.TotalSeconds} s ago",
            { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min ago",
            { TotalDays: < 1 } => $"{(int)age.TotalHours} h ago",
            { TotalDays: < 2 } => "1 day ago",
            _ => $"{(int)age.TotalDays} days ago",
        };
    }

    /// <summary>Rounded to the nearest, for it is soon something less.</summary>
    public static string In(DateTimeOffset at, TimeProvider clock)
    {
        var left = at - clock.GetUtcNow();
        return left switch
        {
            { TotalSeconds: <= 0 } => "now",
            { TotalSeconds: < 90 } => $"in {left.TotalSeconds:0} s",
            { TotalMinutes: < 90 } => $"in {left.TotalMinutes:0} min",
            { TotalHours: < 36 } => $"in {left.TotalHours:0} h",
            _ => $"in {left.TotalDays:0} days",
        };
    }

    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(duration.TotalSeconds, 0):0.0} s"),
        { TotalMinutes: < 1 } => $"{(int)duration.TotalSeconds} s",
        { TotalHours: < 1 } => $"{duration.Minutes} min {duration.Seconds} s",
        _ => $"{(int)duration.TotalHours} h {duration.Minutes} min",
    };

    /// <summary>Local time of day.</summary>
    public static string Clock(DateTimeOffset at, TimeProvider clock) =>
        TimeZoneInfo.ConvertTime(at, clock.LocalTimeZone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Local date and time.</summary>
    public static string DateAndClock(DateTimeOffset at, TimeProvider clock) =>
        TimeZoneInfo.ConvertTime(at, clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

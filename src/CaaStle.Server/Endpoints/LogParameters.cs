using System.Globalization;
using CaaStle.Api;
using CaaStle.Server.Problems;

namespace CaaStle.Server.Endpoints;

/// <summary>Reads the parameters of log requests. Throws 400 problems.</summary>
internal static class LogParameters
{
    public static int? Tail(int? tail) =>
        tail is null or >= 0 ? tail : throw Invalid($"tail is {tail}", "It is a number of lines, 0 or more.");

    /// <param name="since">An ISO 8601 time, or an age: a number with s, m, h or d.</param>
    public static DateTimeOffset? Since(string? since, TimeProvider clock)
    {
        if (string.IsNullOrEmpty(since))
        {
            return null;
        }

        if (double.TryParse(since[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && Unit(since[^1]) is { } unit)
        {
            return clock.GetUtcNow() - (number * unit);
        }

        return DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : throw Invalid($"since is '{since}'", "It is an ISO time, as 2026-01-31T12:00:00Z, or an age, as 90s, 10m, 2h or 1d.");
    }

    private static TimeSpan? Unit(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };

    private static RefusedRequestException Invalid(string what, string expected) =>
        new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, $"The parameter {what}.", expected);
}

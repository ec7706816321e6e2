using System.Globalization;
using CaaStle.Api;
using CaaStle.Storage.Postgres;

namespace CaaStle.Server.Hosting;

/// <summary>
/// What can be set: by <c>settings.json</c> in the home, or by environment variables that begin with <c>CLD_</c> (<c>CLD_PORT</c>,
/// <c>CLD_LOGLEVEL</c>, <c>CLD_CLOUDS__LOCAL__SOCKET</c>), which go before.
/// </summary>
/// <param name="Port">0 for any free one.</param>
/// <param name="LogLevel">The least level that is logged.</param>
/// <param name="MaxContextBytes">The largest build context.</param>
/// <param name="Store">The database that has the state, which other servers may share; null for a file in the home.</param>
/// <param name="Keys">The folder of the keys that secrets are encrypted with; null for the home's own.</param>
internal sealed record ServerSettings(int Port, LogLevel LogLevel, long MaxContextBytes, PostgresAddress? Store, string? Keys)
{
    public const string VariablePrefix = "CLD_";

    private const long DefaultMaxContextBytes = 4L << 30;

    public static ServerSettings Read(IConfiguration configuration) => new(
        (int)Number(configuration, nameof(Port), Routes.DefaultPort, ushort.MaxValue),
        Level(configuration),
        Number(configuration, nameof(MaxContextBytes), DefaultMaxContextBytes, long.MaxValue),
        StoreOf(configuration),
        configuration[nameof(Keys)] is { Length: > 0 } keys ? Path.GetFullPath(keys) : null);

    /// <summary>The settings below <c>Clouds:{name}</c>, by their path there.</summary>
    public static IReadOnlyDictionary<string, string> OfCloud(IConfiguration configuration, string name) => configuration
        .GetSection($"Clouds:{name}")
        .AsEnumerable(makePathsRelative: true)
        .Where(setting => setting.Value is not null)
        .ToDictionary(setting => setting.Key, setting => setting.Value!, StringComparer.OrdinalIgnoreCase);

    private static PostgresAddress? StoreOf(IConfiguration configuration)
    {
        try
        {
            return configuration[nameof(Store)] is { Length: > 0 } text ? PostgresAddress.Parse(text) : null;
        }
        catch (FormatException failure)
        {
            // What is wrong may be a password in it, which is not to be seen.
            throw new StartRefusedException($"The setting Store cannot be used. {failure.Message}", failure);
        }
    }

    private static long Number(IConfiguration configuration, string name, long otherwise, long maximum)
    {
        var text = configuration[name];
        return string.IsNullOrEmpty(text) ? otherwise
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= maximum ? number
            : throw new StartRefusedException($"The setting {name} is '{text}'; it must be a number from 0 to {maximum}.");
    }

    private static LogLevel Level(IConfiguration configuration)
    {
        var text = configuration[nameof(LogLevel)];
        return string.IsNullOrEmpty(text) ? LogLevel.Information
            : Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) ? level
            : throw new StartRefusedException(
                $"The setting LogLevel is '{text}'; it must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
    }
}

/// <summary>What the server says of itself.</summary>
internal sealed record ServerIdentity(string Version, DateTimeOffset StartedAt, string Home);

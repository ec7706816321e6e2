using Npgsql;

namespace CaaStle.Storage.Postgres;

/// <summary>Where a database is, as <c>postgres://user@host:5432/name?sslmode=verify-full</c>. The password is never in it.</summary>
public sealed class PostgresAddress
{
    private const string Form = "postgres://USER@HOST:5432/DATABASE?sslmode=verify-full";

    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(30);

    private PostgresAddress(string text, NpgsqlConnectionStringBuilder settings) => (Text, Settings) = (text, settings);

    /// <summary>As it was given, to be shown.</summary>
    public string Text { get; }

    internal NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>Throws <see cref="FormatException"/> with what is wrong.</summary>
    public static PostgresAddress Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgres" or "postgresql"))
        {
            throw new FormatException($"It must look like {Form}.");
        }

        var user = uri.UserInfo.Split(':', 2);
        if (user.Length > 1)
        {
            throw new FormatException(
                "It must not contain the password, which others would see. Write HOST:PORT:DATABASE:USER:PASSWORD into ~/.pgpass, or a file that "
                + "PGPASSFILE names, readable by you alone (chmod 600).");
        }

        var settings = new NpgsqlConnectionStringBuilder
        {
            ApplicationName = "cld-server",
            CommandTimeout = (int)CommandPatience.TotalSeconds,
            MaxPoolSize = 20,
            TcpKeepAlive = true,
        };
        Set(settings, nameof(NpgsqlConnectionStringBuilder.Host), uri.Host);
        Set(settings, nameof(NpgsqlConnectionStringBuilder.Port), uri.Port > 0 ? $"{uri.Port}" : "");
        Set(settings, nameof(NpgsqlConnectionStringBuilder.Username), Uri.UnescapeDataString(user[0]));
        Set(settings, nameof(NpgsqlConnectionStringBuilder.Database), Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')));
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
        {
            Set(settings, Uri.UnescapeDataString(pair[0]), pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "");
        }

        return settings is { Host: { Length: > 0 }, Database: { Length: > 0 }, Password: null or "" }
            ? new(text, settings)
            : throw new FormatException($"It must name host and database, and no password: {Form}");
    }

    public override string ToString() => Text;

    private static void Set(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        try
        {
            // As libpq writes it: verify-full.
            settings[name] = name.StartsWith("ssl", StringComparison.OrdinalIgnoreCase) && name.EndsWith("mode", StringComparison.OrdinalIgnoreCase)
                ? value.Replace("-", "", StringComparison.Ordinal)
                : value;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or InvalidCastException)
        {
            throw new FormatException($"'{name}' is not understood: {wrong.Message}", wrong);
        }
    }
}

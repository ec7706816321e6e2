using System.Reflection;

namespace CaaStle.Storage.Sqlite;

/// <summary>
/// A migration as the SQL that the framework makes of it, so that no server has to start the framework for it. A test makes it, and
/// compares.
/// </summary>
internal sealed record SqliteMigration(string Id)
{
    private const string Suffix = ".sql";

    private static readonly Assembly Resources = typeof(SqliteMigration).Assembly;

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<SqliteMigration> All { get; } =
        [.. Resources.GetManifestResourceNames()
            .Where(name => name.EndsWith(Suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new SqliteMigration(name[..^Suffix.Length]))];

    /// <summary>Transactions of its own, and a row in the table of the migrations that were applied.</summary>
    public string ReadSql()
    {
        using var reader = new StreamReader(Resources.GetManifestResourceStream($"{Id}{Suffix}")!);
        return reader.ReadToEnd();
    }
}

using System.Reflection;

namespace CaaStle.Storage.Relational;

/// <summary>
/// A migration as the SQL that the framework makes of it, so that no server has to start the framework for it. A test makes it, and
/// compares.
/// </summary>
/// <param name="Database">The folder that has it.</param>
internal sealed record SqlMigration(string Database, string Id)
{
    private const string Suffix = ".sql";

    private static readonly Assembly Resources = typeof(SqlMigration).Assembly;

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<SqlMigration> AllOf(string database) =>
        [.. Resources.GetManifestResourceNames()
            .Where(name => name.StartsWith($"{database}/", StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new SqlMigration(database, name[(database.Length + 1)..^Suffix.Length]))];

    /// <summary>Transactions of its own, and a row in the table of the migrations that were applied.</summary>
    public string ReadSql()
    {
        using var reader = new StreamReader(Resources.GetManifestResourceStream($"{Database}/{Id}{Suffix}")!);
        return reader.ReadToEnd();
    }
}

namespace CaaStle.Storage.Postgres;

/// <summary>The file in which PostgreSQL's own programs look for passwords, and this one too.</summary>
internal static class PasswordFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>As those programs do, which take no password that others can read.</summary>
    public static void RefuseWhenShared(PostgresAddress address)
    {
        var path = address.Settings.Passfile
            ?? Environment.GetEnvironmentVariable("PGPASSFILE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pgpass");
        if (!OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new StoreException(
                StoreProblem.Inaccessible, address.Text, $"Other users can read the passwords in {path}. Change that: chmod 600 '{path}'");
        }
    }
}

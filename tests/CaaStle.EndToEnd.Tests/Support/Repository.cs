namespace CaaStle.EndToEnd.Tests.Support;

internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The client, as <c>eng/publish</c> makes it.</summary>
    public static string Client => Published("bin/cld");

    public static string Server => Published("bin/server/cld-server");

    public static string Example(string path) => Path.Combine(Root, "examples", path);

    private static string Published(string path) => File.Exists(Path.Combine(Root, path))
        ? Path.Combine(Root, path)
        : throw new FileNotFoundException($"There is no {path}: run eng/publish, or ./test EndToEnd.");

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CaaStle.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("These tests run from within the repository.");
        return folder;
    }
}

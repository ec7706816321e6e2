namespace CaaStle.Clouds.Aws.Tests;

internal static class Repository
{
    public static string Read(string path) => File.ReadAllText(PathOf(path));

    public static string PathOf(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "CaaStle.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, path);
    }
}

namespace CaaStle.Storage.Tests.Sqlite;

internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("caastle-storage-");

    /// <summary>Where the server keeps its store, in a home that is not there yet.</summary>
    public string StorePath => Path.Combine(folder.FullName, "home", "data", "deployments", "cld.sqlite");

    public string File(string name) => Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CaaStle.Docker;

/// <summary>The folder of Docker's own client: what its user has configured, which holds for the local cloud too.</summary>
internal sealed class DockerConfig(string folder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary><c>DOCKER_CONFIG</c> where it is set, else <c>.docker</c> in the user's home.</summary>
    /// <param name="variable">Looks an environment variable up.</param>
    public static DockerConfig Find(Func<string, string?> variable)
    {
        if (variable("DOCKER_CONFIG") is { Length: > 0 } folder)
        {
            return new(folder);
        }

        var home = variable("HOME") is { Length: > 0 } given ? given : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new(Path.Combine(home, ".docker"));
    }

    public string Folder => folder;

    public string FileName => Path.Combine(folder, "config.json");

    /// <summary>Reads the file as it is now, so that a login counts from the moment that it was made.</summary>
    /// <returns>Nothing configured and the reason when the file cannot be read, as Docker's client takes it; no file is no problem.</returns>
    public (DockerConfigFile File, string? Problem) Read()
    {
        try
        {
            return (Read<DockerConfigFile>(FileName) ?? new(), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (new(), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return (new(), $"Docker's configuration {FileName} cannot be read: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>Throws what reading a file and JSON throw.</summary>
    public DockerContextFile? ReadContext(string context) =>
        Read<DockerContextFile>(Path.Combine(folder, "contexts", "meta", ContextId(context), "meta.json"));

    /// <summary>The folder with the TLS files of a context; it need not exist.</summary>
    public string ContextCertificates(string context) => Path.Combine(folder, "contexts", "tls", ContextId(context), "docker");

    private static string ContextId(string context) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context)));

    private static T? Read<T>(string path)
    {
        using var file = File.OpenRead(path);
        return JsonSerializer.Deserialize<T>(file, Json);
    }
}

/// <summary><c>config.json</c>, as far as it matters here.</summary>
internal sealed class DockerConfigFile
{
    public Dictionary<string, StoredLogin?> Auths { get; init => field = value ?? []; } = [];

    /// <summary>By registry, the name of the program that keeps its login.</summary>
    public Dictionary<string, string> CredHelpers { get; init => field = value ?? []; } = [];

    /// <summary>The name of the program that keeps the logins of all other registries.</summary>
    public string? CredsStore { get; init; }

    public string? CurrentContext { get; init; }
}

/// <summary>A login in <c>config.json</c>: plain but for the encoding. No record, because these print what is in them.</summary>
internal sealed class StoredLogin
{
    /// <summary>Base64 of <c>user:password</c>.</summary>
    public string? Auth { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? IdentityToken { get; init; }

    public string? RegistryToken { get; init; }
}

/// <summary>A context's <c>meta.json</c>.</summary>
internal sealed record DockerContextFile(IReadOnlyDictionary<string, DockerContextEndpoint>? Endpoints);

internal sealed record DockerContextEndpoint(string? Host, bool SkipTlsVerify);

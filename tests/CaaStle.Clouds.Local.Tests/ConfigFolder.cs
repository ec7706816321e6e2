using System.Security.Cryptography;
using System.Text;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Tests;

/// <summary>A folder as Docker's own client keeps one.</summary>
internal sealed class ConfigFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("docker-config-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public static Func<string, string?> Lookup(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    /// <summary>The engine that is meant with this configuration and these environment variables.</summary>
    public DockerEndpoint Find(params (string Name, string Value)[] variables) =>
        DockerEndpoint.Find(Lookup(variables), new DockerConfig(Path));

    public void Write(string json) => File.WriteAllText(System.IO.Path.Combine(Path, "config.json"), json);

    public void WriteContext(string name, string host, bool skipVerify = false) => WriteContextFile(
        name,
        $$$"""
        {
            "Name": "{{{name}}}",
            "Metadata": { "Description": "" },
            "Endpoints": { "docker": { "Host": "{{{host}}}", "SkipTLSVerify": {{{(skipVerify ? "true" : "false")}}} } }
        }
        """);

    public void WriteContextFile(string name, string json)
    {
        var meta = System.IO.Path.Combine(Path, "contexts", "meta", ContextId(name));
        Directory.CreateDirectory(meta);
        File.WriteAllText(System.IO.Path.Combine(meta, "meta.json"), json);
    }

    /// <summary>Where a context's TLS files are.</summary>
    public string ContextFiles(string name) => System.IO.Path.Combine(Path, "contexts", "tls", ContextId(name), "docker");

    private static string ContextId(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}

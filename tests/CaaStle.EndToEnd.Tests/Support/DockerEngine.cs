using System.Net.Sockets;
using System.Text.Json;

namespace CaaStle.EndToEnd.Tests.Support;

/// <param name="Kind">As CaaStle calls it: <c>docker/container</c>.</param>
/// <param name="Subject">Of its labels, as the installation; null without.</param>
internal sealed record DockerObject(string Kind, string Name, string? Subject, string? Installation)
{
    /// <summary>Whether its name or its subject's has the word in it.</summary>
    public bool Has(string word) => Name.Contains(word) || Subject?.Contains(word) == true;
}

/// <summary>A Docker engine as it is, read past CaaStle.</summary>
internal sealed class DockerEngine(Uri host)
{
    private readonly HttpClient http = Connect(host);

    /// <summary>The one that this machine's tests use.</summary>
    public static DockerEngine Machine { get; } =
        new(new(Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } given ? given : "unix:///var/run/docker.sock"));

    public async Task<IReadOnlyList<DockerObject>> ListAsync()
    {
        var found = new List<DockerObject>();
        foreach (var container in await ListAsync("containers/json?all=1"))
            found.Add(Of("docker/container", container.GetProperty("Names")[0].GetString()!.TrimStart('/'), container));
        foreach (var network in await ListAsync("networks"))
            found.Add(Of("docker/network", network.GetProperty("Name").GetString()!, network));
        foreach (var volume in await ListAsync("volumes"))
            found.Add(Of("docker/volume", volume.GetProperty("Name").GetString()!, volume));
        foreach (var image in await ListAsync("images/json"))
        {
            var tags = image.GetProperty("RepoTags");
            found.Add(Of("docker/image", tags.ValueKind == JsonValueKind.Array && tags.GetArrayLength() > 0 ? tags[0].GetString()! : "", image));
        }

        return found;
    }

    public async Task RemoveAsync(DockerObject item)
    {
        var path = item.Kind switch
        {
            "docker/container" => $"containers/{item.Name}?force=true&v=true",
            "docker/network" => $"networks/{item.Name}",
            "docker/volume" => $"volumes/{item.Name}",
            _ => $"images/{item.Name}?force=true",
        };
        using var response = await http.DeleteAsync(path);
    }

    /// <returns>What the command wrote in the container, trimmed; with its exit code when that is not 0.</returns>
    public static async Task<string> ExecuteAsync(string container, IReadOnlyDictionary<string, string> variables, params string[] command)
    {
        var settings = variables.SelectMany(variable => new[] { "--env", variable.Key });
        var result = await Processes.RunAsync("docker", [.. (string[])["exec", .. settings, container], .. command], variables);
        return result.ExitCode == 0 ? result.Output.Trim() : $"{result.ExitCode}: {result.Output}{result.Error}";
    }

    private async Task<IReadOnlyList<JsonElement>> ListAsync(string path)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync(path));
        var list = document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.GetProperty("Volumes") : document.RootElement;
        return list.ValueKind == JsonValueKind.Null ? [] : [.. list.EnumerateArray().Select(item => item.Clone())];
    }

    private static DockerObject Of(string kind, string name, JsonElement item) =>
        new(kind, name, Label(item, "caastle.subject"), Label(item, "caastle.installation"));

    private static string? Label(JsonElement item, string name) =>
        item.GetProperty("Labels") is { ValueKind: JsonValueKind.Object } labels && labels.TryGetProperty(name, out var label)
            ? label.GetString()
            : null;

    private static HttpClient Connect(Uri host)
    {
        if (host.Scheme == "tcp")
            return new() { BaseAddress = new UriBuilder("http", host.Host, host.Port).Uri };

        return new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(host.AbsolutePath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new("http://docker/"),
        };
    }
}

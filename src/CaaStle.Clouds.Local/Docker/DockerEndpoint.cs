namespace CaaStle.Clouds.Local.Docker;

/// <summary>Where Docker's engine listens.</summary>
/// <param name="Name">As the user knows it, for messages.</param>
/// <param name="BaseAddress">What requests are addressed to.</param>
/// <param name="Sockets">Unix sockets to look for, the preferred first; empty when the engine listens on TCP.</param>
/// <param name="Problem">Why no engine can be reached with what is configured; null when one may be.</param>
internal sealed record DockerEndpoint(string Name, Uri BaseAddress, IReadOnlyList<string> Sockets, string? Problem = null)
{
    private const string DefaultSocket = "/var/run/docker.sock";

    private static readonly Uri OverSocket = new("http://docker/");

    /// <summary>The socket that is there, else the preferred one, whose absence then tells the reason.</summary>
    public string Socket => Sockets.FirstOrDefault(File.Exists) ?? Sockets[0];

    /// <summary><c>DOCKER_HOST</c> where it is set, else the socket of the machine's engine, else that of the user's rootless one.</summary>
    /// <param name="variable">Looks an environment variable up.</param>
    public static DockerEndpoint Find(Func<string, string?> variable)
    {
        if (variable("DOCKER_HOST") is { Length: > 0 } host)
        {
            return Parse(host);
        }

        var rootless = variable("XDG_RUNTIME_DIR") is { Length: > 0 } folder ? Path.Combine(folder, "docker.sock") : null;
        return new(DefaultSocket, OverSocket, rootless is null ? [DefaultSocket] : [DefaultSocket, rootless]);
    }

    private static DockerEndpoint Parse(string host)
    {
        if (host.StartsWith("unix://", StringComparison.Ordinal) && host.Length > "unix://".Length)
        {
            var socket = host["unix://".Length..];
            return new(socket, OverSocket, [socket]);
        }

        return Uri.TryCreate(host, UriKind.Absolute, out var address) && address.Scheme == "tcp" && address.Host.Length > 0
            ? new(host, new UriBuilder("http", address.Host, address.Port < 0 ? 2375 : address.Port).Uri, [])
            : new(host, OverSocket, [], $"DOCKER_HOST is '{host}', but only unix:///path and tcp://host:port can be used. "
                + "Set it to one of these, or unset it to use the engine of this machine.");
    }
}

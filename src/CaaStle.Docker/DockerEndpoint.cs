using System.Security.Cryptography;
using System.Text.Json;

namespace CaaStle.Docker;

/// <summary>Where Docker's engine listens.</summary>
/// <param name="Name">As the user knows it, for messages.</param>
/// <param name="BaseAddress">What requests are addressed to.</param>
/// <param name="Sockets">Unix sockets to look for, the preferred first; empty when the engine listens on TCP.</param>
/// <param name="Tls">Null when the engine is spoken to in the clear.</param>
/// <param name="Problem">Why no engine can be reached with what is configured; null when one may be.</param>
internal sealed record DockerEndpoint(
    string Name, Uri BaseAddress, IReadOnlyList<string> Sockets, DockerTls? Tls = null, string? Problem = null)
{
    private const string DefaultSocket = "/var/run/docker.sock";
    private const string DefaultContext = "default";
    private const int DefaultPort = 2375;
    private const int DefaultTlsPort = 2376;

    private static readonly Uri OverSocket = new("http://docker/");

    /// <summary>The socket that is there, else the preferred one, whose absence then tells the reason.</summary>
    public string Socket => Sockets.FirstOrDefault(File.Exists) ?? Sockets[0];

    /// <summary>Tells engines apart.</summary>
    public string Address => Sockets.Count > 0 ? Socket : Name;

    /// <summary>
    /// The engine that Docker's own client would use: <c>DOCKER_HOST</c>, else the context that <c>DOCKER_CONTEXT</c> or the
    /// configuration names, else the socket of the machine's engine. Beyond Docker's client, else that of the user's rootless one.
    /// </summary>
    /// <param name="variable">Looks an environment variable up.</param>
    public static DockerEndpoint Find(Func<string, string?> variable, DockerConfig config)
    {
        if (variable("DOCKER_HOST") is { Length: > 0 } host)
        {
            return Parse(
                host,
                () => TlsOfVariables(variable, config),
                "DOCKER_HOST is",
                "Set it right, or unset it to use the engine of this machine");
        }

        var (context, source) = variable("DOCKER_CONTEXT") is { Length: > 0 } chosen
            ? (chosen, "DOCKER_CONTEXT")
            : (config.Read().File.CurrentContext, config.FileName);
        if (context is { Length: > 0 } and not DefaultContext)
        {
            return FromContext(context, source, config);
        }

        var rootless = variable("XDG_RUNTIME_DIR") is { Length: > 0 } folder ? Path.Combine(folder, "docker.sock") : null;
        return new(DefaultSocket, OverSocket, rootless is null ? [DefaultSocket] : [DefaultSocket, rootless]);
    }

    /// <param name="problem">A sentence that goes on with what to do last.</param>
    public static DockerEndpoint Unusable(string name, string problem) =>
        new(name, OverSocket, [], Problem: $"{problem}; then restart the server: `cld server stop`.");

    private static DockerEndpoint FromContext(string context, string source, DockerConfig config)
    {
        var named = $"The Docker context '{context}', which {source} names,";
        var remedy = source == "DOCKER_CONTEXT"
            ? "Set DOCKER_CONTEXT to another that `docker context ls` shows, or unset it"
            : "Choose another that `docker context ls` shows: `docker context use default`";
        try
        {
            var endpoint = config.ReadContext(context)?.Endpoints?.GetValueOrDefault("docker");
            if (endpoint?.Host is not { Length: > 0 } host)
            {
                return Unusable(context, $"{named} has no address of an engine. {remedy}");
            }

            DockerTls? Tls()
            {
                var folder = config.ContextCertificates(context);
                return endpoint.SkipTlsVerify || DockerTls.IsIn(folder)
                    ? DockerTls.Load(folder, !endpoint.SkipTlsVerify, needAuthority: false)
                    : null;
            }

            return Parse(host, Tls, $"{named} has the engine at", remedy);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Unusable(context, $"{named} does not exist. {remedy}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return Unusable(context, $"{named} cannot be read: {e.Message.TrimEnd('.')}. {remedy}");
        }
    }

    /// <param name="origin">Begins a sentence that goes on with the address.</param>
    /// <param name="remedy">What to do when that address cannot be used.</param>
    private static DockerEndpoint Parse(string host, Func<DockerTls?> tls, string origin, string remedy)
    {
        DockerEndpoint Refuse(string reason) => Unusable(host, $"{origin} '{host}', but {reason}. {remedy}");

        if (host.StartsWith("unix://", StringComparison.Ordinal))
        {
            var socket = host["unix://".Length..] is { Length: > 0 } path ? path : DefaultSocket;
            return new(socket, OverSocket, [socket]);
        }

        if (host.StartsWith("ssh://", StringComparison.Ordinal))
        {
            return Refuse("an engine is not used over ssh, because applications are published on 127.0.0.1 of the engine's machine: "
                + "run `cld` there");
        }

        if (!Uri.TryCreate(host.Contains("://", StringComparison.Ordinal) ? host : $"tcp://{host}", UriKind.Absolute, out var address)
            || address.Scheme != "tcp" || address.Host.Length == 0)
        {
            return Refuse("only unix:///path and tcp://host:port can be used");
        }

        try
        {
            var secured = tls();
            var port = address.Port >= 0 ? address.Port : secured is null ? DefaultPort : DefaultTlsPort;
            return new(host, new UriBuilder(secured is null ? "http" : "https", address.Host, port).Uri, [], secured);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return Refuse($"the certificates for it cannot be used: {e.Message.TrimEnd('.')}");
        }
    }

    private static DockerTls? TlsOfVariables(Func<string, string?> variable, DockerConfig config)
    {
        var verify = variable("DOCKER_TLS_VERIFY") is { Length: > 0 };
        if (!verify && variable("DOCKER_TLS") is null or "")
        {
            return null;
        }

        return DockerTls.Load(variable("DOCKER_CERT_PATH") is { Length: > 0 } folder ? folder : config.Folder, verify, needAuthority: true);
    }
}

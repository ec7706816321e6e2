using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>Makes containers of specifications, and starts them.</summary>
internal sealed class ContainerMaker(DockerClient docker)
{
    /// <summary>Restarts whatever ends, until it is stopped on purpose.</summary>
    public const string KeepRunning = "unless-stopped";

    public const string NeverRestart = "no";

    private static readonly string[] PortIsTaken = ["port is already allocated", "address already in use"];

    /// <summary>Makes the container, with its image, and does not start it.</summary>
    public async Task CreateAsync(ContainerSpec spec, string restartPolicy, ObjectCall call, CancellationToken cancellationToken)
    {
        await EnsureImageAsync(spec, call, cancellationToken);
        await docker.PostAsync(
            DockerClient.Path("containers/create", ("name", spec.Name)), CreateRequest(spec, restartPolicy, call.Marks), cancellationToken);
    }

    /// <summary>Starts a container for the first time.</summary>
    public async Task StartNewAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Files.Count > 0)
        {
            await docker.WriteFilesAsync(spec.Name, spec.Files, cancellationToken);
        }

        await StartAsync(spec, cancellationToken);
    }

    public async Task StartAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        try
        {
            await docker.PostAsync($"containers/{spec.Name}/start", body: null, cancellationToken);
        }
        catch (CloudException e) when (PortIsTaken.Any(e.Message.Contains) && spec.Ports.All(port => port.HostPort is null))
        {
            // Something took the port since it was found free: the next attempt takes another.
            await RemoveAsync(spec, cancellationToken);
            throw new CloudException(CloudFault.Busy, e.Message, e) { Code = e.Code };
        }
        catch (CloudException e) when (e.Code == "500" && !e.Message.Contains("containerd", StringComparison.Ordinal))
        {
            // What Docker's runtime or network refuses once, it refuses again.
            throw new CloudException(CloudFault.Refused, e.Message, e) { Code = e.Code };
        }
    }

    public async Task RemoveAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        try
        {
            if (spec.Mounts.Count > 0)
            {
                // Whatever writes to a volume gets Docker's ten seconds to finish.
                await docker.PostAsync($"containers/{spec.Name}/stop", body: null, cancellationToken);
            }

            // With the volumes that have no name; a named one is an object of its own and stays.
            await docker.DeleteAsync(DockerClient.Path($"containers/{spec.Name}", ("force", "true"), ("v", "true")), cancellationToken);
        }
        catch (CloudException e) when (e.Code == "404" || (e.Code == "409" && e.Message.Contains("already in progress", StringComparison.Ordinal)))
        {
        }
    }

    private async Task EnsureImageAsync(ContainerSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var image = ImageReference.Parse(spec.Image);
        if (!spec.ImageIsBuilt)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Abandoned);
            await docker.PullMissingAsync(image, call.Log, either.Token);
        }
        else if (await docker.FindImageAsync(image, cancellationToken) is null)
        {
            throw new CloudException(
                CloudFault.Refused,
                $"The image {image} is not on this machine any more. Build it again: `cld container update NAME`, then `cld app redeploy APP`.");
        }
    }

    private static object CreateRequest(ContainerSpec spec, string restartPolicy, Marks marks) => new
    {
        spec.Image,
        Hostname = spec.Alias,
        Env = spec.Variables.Select(variable => $"{variable.Key}={variable.Value.Reveal()}"),
        Entrypoint = spec.Entrypoint.Count > 0 ? spec.Entrypoint : null,
        Cmd = spec.Command.Count > 0 ? spec.Command : null,
        Labels = marks.ToLabels(),
        ExposedPorts = spec.Ports.ToDictionary(port => $"{port.ContainerPort}/tcp", _ => new object()),
        HostConfig = new
        {
            NetworkMode = spec.Network,
            RestartPolicy = new { Name = restartPolicy },
            PortBindings = spec.Ports.ToDictionary(port => $"{port.ContainerPort}/tcp", port => new[] { Binding(port) }),
            ExtraHosts = spec.OwnNames.Select(name => $"{name}:127.0.0.1"),
            Mounts = spec.Mounts.Select(mount => new { Type = "volume", Source = mount.Volume, Target = mount.Path }),
            Memory = (spec.MemoryMegabytes ?? 0L) << 20,
            MemorySwap = (spec.MemoryMegabytes ?? 0L) << 20,
            NanoCpus = (spec.CpuShares ?? 0L) * 1_000_000_000 / 1024,
        },
        NetworkingConfig = new
        {
            EndpointsConfig = spec.Alias is null
                ? []
                : new Dictionary<string, object> { [spec.Network] = new { Aliases = new[] { spec.Alias } } },
        },
    };

    private static PortBinding Binding(PublishedPort port) =>
        new("127.0.0.1", (port.HostPort ?? FindFreePort()).ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Docker could choose one itself, but would choose another whenever the container starts again.
    /// </summary>
    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

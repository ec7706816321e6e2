using System.Net;
using System.Net.Sockets;
using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Coe.LocalDocker;

/// <summary>Docker's engine as a place for applications: a network for the environment, a container for each application.</summary>
internal sealed class LocalDockerCoe(DockerClient docker) : ICoeType, IApplicationCheck
{
    private const string NetworkOutput = "Network";

    public TypeDescriptor Descriptor { get; } = new(
        "local-docker",
        "Applications as containers of this machine's Docker engine.",
        [],
        [new(NetworkOutput, "The Docker network that the environment's containers are on.")]);

    public void Plan(CoeRequest request, Blueprint plan) =>
        plan.Output(NetworkOutput, plan.ShareNetwork(request.Scope), network => network.Name);

    public void PlanApplication(ApplicationRequest request, Blueprint plan)
    {
        var exposed = request.ExposedContainer;
        var volumes = exposed.Volumes
            .Select(volume => (Node: plan.Add($"volume/{volume.Name}", new VolumeSpec(request.Scope.ObjectName(volume.Name))), volume.MountPath))
            .ToList();
        var container = plan.Add<ContainerState>(
            "container",
            [.. volumes.Select(volume => volume.Node)],
            values => new ContainerSpec(
                request.Scope.ObjectName("app"), exposed.Image, request.EnvironmentOutputs[NetworkOutput].Reveal())
            {
                ImageIsBuilt = exposed.ImageIsBuilt,
                Alias = request.Scope.Name,
                Variables = exposed.Variables,
                Command = exposed.Command,
                Ports = [new(request.ContainerPort, request.HostPort)],
                Mounts = [.. volumes.Select(volume => new Mount(values.Of(volume.Node).Name, volume.MountPath))],
                MemoryMegabytes = exposed.MemoryMegabytes,
                CpuShares = exposed.CpuShares,
                Readiness = exposed.Health?.Path is { } path
                    ? new HttpReadiness(request.ContainerPort, path, exposed.Health.StartPeriod)
                    : new TcpReadiness(request.ContainerPort, exposed.Health!.StartPeriod),
            });
        plan.Output("Url", container, running => $"http://127.0.0.1:{running.HostPorts[request.ContainerPort]}");
        plan.Output("Image", container, running => running.ImageId);
    }

    public void PlanJob(JobRequest request, Blueprint plan) => throw new NotSupportedException("Jobs do not run on local-docker yet.");

    public async Task<IReadOnlyList<string>> FindObstaclesAsync(ApplicationRequest request, CancellationToken cancellationToken)
    {
        var obstacles = new List<string>();
        if (request.HostPort is { } port && IsTaken(port))
        {
            obstacles.Add($"Port {port} of this machine is taken by {await FindHolderAsync(port, cancellationToken)}. "
                + "Choose another host_port, or leave it out to get one that is free.");
        }

        try
        {
            var image = ImageReference.Parse(request.ExposedContainer.Image);
            if (request.ExposedContainer.ImageIsBuilt && await docker.FindImageAsync(image, cancellationToken) is null)
            {
                obstacles.Add($"The image {image} is not on this machine any more. "
                    + "Build it again: `cld container delete NAME`, then `cld container create NAME local`.");
            }
        }
        catch (CloudException e) when (e.Fault == CloudFault.Refused)
        {
            obstacles.Add(e.Message);
        }

        return obstacles;
    }

    private static bool IsTaken(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return false;
        }
        catch (SocketException e)
        {
            // That we may not use a low port does not keep Docker from it.
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }

    private async Task<string> FindHolderAsync(int port, CancellationToken cancellationToken)
    {
        var path = DockerClient.Path("containers/json", ("filters", DockerClient.Filters(("publish", $"{port}"))));
        var holders = await docker.GetAsync<IReadOnlyList<ContainerSummary>>(path, cancellationToken);
        return holders switch
        {
            [] => "another program",
            [{ Labels: { } labels }, ..] when labels.TryGetValue(Marks.SubjectLabel, out var subject) => subject.Replace('/', ' '),
            [var holder, ..] => $"the Docker container {holder.Names[0].TrimStart('/')}",
        };
    }
}

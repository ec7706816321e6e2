using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Coe.LocalDocker;

/// <summary>Docker's engine as a place for applications: a network for the environment, containers for each application.</summary>
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

    public void PlanApplication(ApplicationRequest request, Blueprint plan) => PlanOf(request).AddTo(plan);

    public void PlanJob(JobRequest request, Blueprint plan) =>
        plan.Add($"run-{request.Id}/job", PlanOf(request.Application).JobOf($"run-{request.Id}", request.Command));

    public async Task<IReadOnlyList<string>> FindObstaclesAsync(ApplicationRequest request, CancellationToken cancellationToken)
    {
        var obstacles = new List<string>();
        if (request.HostPort is { } port && await HostPorts.FindHolderAsync(docker, port, request.Scope.Id, cancellationToken) is { } holder)
        {
            obstacles.Add($"Port {port} of this machine is taken by {holder}. "
                + "Choose another host_port, or leave it out to get one that is free.");
        }

        if (request.Containers.Any(container => container.Name == ApplicationPlan.SandboxKey))
        {
            obstacles.Add($"A container cannot be named {ApplicationPlan.SandboxKey} on {Descriptor.Type}. Give it another name.");
        }

        foreach (var (text, isBuilt) in request.Containers.Select(container => (container.Image, container.ImageIsBuilt)).Distinct())
        {
            try
            {
                var image = ImageReference.Parse(text);
                if (isBuilt && await docker.FindImageAsync(image, cancellationToken) is null)
                {
                    obstacles.Add($"The image {image} is not on this machine any more. "
                        + "Build it again: `cld container delete NAME`, then `cld container create NAME local`.");
                }
            }
            catch (CloudException e) when (e.Fault == CloudFault.Refused)
            {
                obstacles.Add(e.Message);
            }
        }

        return obstacles;
    }

    private static ApplicationPlan PlanOf(ApplicationRequest request) => new(request, request.EnvironmentOutputs[NetworkOutput].Reveal());
}

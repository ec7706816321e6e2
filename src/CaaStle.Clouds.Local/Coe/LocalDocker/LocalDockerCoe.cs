using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Coe.LocalDocker;

/// <summary>Docker's engine as a place for applications: a network for the environment, containers for each application.</summary>
internal sealed class LocalDockerCoe(DockerClient docker) : ICoeType, IApplicationCheck
{
    private const string NetworkOutput = "Network";
    private const string HttpPortOption = "http_port";
    private const string HttpPortOutput = "HttpPort";

    public TypeDescriptor Descriptor { get; } = new(
        "local-docker",
        "Applications as containers of this machine's Docker engine.",
        [
            new(
                HttpPortOption,
                OptionType.Integer,
                "A port on this machine's loopback address where all applications are reached, as `http://NAME.localhost:PORT`.")
            {
                Minimum = 1,
                Maximum = 65535,
            },
        ],
        [
            new(NetworkOutput, "The Docker network that the environment's containers are on."),
            new(HttpPortOutput, $"The port on 127.0.0.1 where all applications are reached; empty without {HttpPortOption}."),
        ]);

    public void Plan(CoeRequest request, Blueprint plan)
    {
        var network = plan.ShareNetwork(request.Scope);
        plan.CarryApplications(network);
        plan.Output(NetworkOutput, network, made => made.Name);
        if (request.Options.Has(HttpPortOption))
        {
            var router = plan.Add("router", network, made => Router.Of(request, made.Name, (int)request.Options.Integer(HttpPortOption)));
            plan.Output(HttpPortOutput, router, running => running.HostPorts[EntryConfiguration.Port]);
        }
        else
        {
            plan.Output(HttpPortOutput, "");
        }
    }

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
                        + "Build it again: `cld container update NAME`, then `cld app redeploy APP`.");
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

using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

internal sealed class SimulatedCoe : ICoeType
{
    public const string NetworkKey = "network";

    public TypeDescriptor Descriptor { get; } = new(
        "simulated",
        "A cluster that runs nothing.",
        SimulatedOptions.All(""),
        [new("Network", "Name of the environment's network.")]);

    public void Plan(CoeRequest request, Blueprint plan)
    {
        var network = plan.Share(NetworkKey, () => new SimulatedNetwork(request.Scope.ObjectName("network"))
        {
            Behaviour = SimulatedOptions.Read(request.Options, ""),
        });
        plan.CarryApplications(network);
        plan.Output("Network", network, state => state.Name);
    }

    /// <summary>
    /// The variables <c>SIMULATED_READY_AFTER</c>, <c>SIMULATED_FAILS_AFTER</c> say how long a replica takes, in seconds;
    /// <c>SIMULATED_JOB_FAILS_AFTER</c> makes what runs before the deployment fail.
    /// </summary>
    public void PlanApplication(ApplicationRequest request, Blueprint plan)
    {
        var image = request.ExposedContainer.Image;
        Node[] first = request is { IsNewRevision: true, PreDeploy.Count: > 0 }
            ? [plan.Add(request.RevisionKey + "/pre-deploy", Job(request, $"r{request.Revision}-pre-deploy", request.PreDeploy))]
            : [];
        var replicas = Enumerable.Range(1, request.Replicas)
            .Select(replica => plan.Add(
                request.ReplicaKey(replica),
                new SimulatedService(
                    request.Scope.ObjectName($"r{request.Revision}-{replica}"),
                    request.EnvironmentOutputs["Network"].Reveal(),
                    image,
                    request.ExposedContainer.Variables)
                {
                    Behaviour = new()
                    {
                        ReadySeconds = Seconds(request, "SIMULATED_READY_AFTER") ?? 0,
                        FailsSeconds = Seconds(request, "SIMULATED_FAILS_AFTER"),
                    },
                },
                first))
            .ToList();
        var route = plan.Add<SimulatedRouteState>(
            "route",
            replicas,
            values => new SimulatedRoute(request.Scope.ObjectName("route"), [.. replicas.Select(replica => values.Of(replica).Name)]));
        plan.Output("Url", route, state => $"simulated://{state.Name}");
        plan.Output("Image", image);
    }

    public void PlanJob(JobRequest request, Blueprint plan) =>
        plan.Add($"run-{request.Id}/job", Job(request.Application, $"run-{request.Id}", request.Command));

    private static SimulatedJob Job(ApplicationRequest request, string name, IReadOnlyList<string> command) =>
        new(request.Scope.ObjectName(name), command)
        {
            Behaviour = new()
            {
                ReadySeconds = 1,
                FailsSeconds = Seconds(request, "SIMULATED_JOB_FAILS_AFTER"),
                FailureReason = "the command ended with 1",
            },
        };

    private static double? Seconds(ApplicationRequest request, string name) =>
        request.ExposedContainer.Variables.TryGetValue(name, out var value)
            ? double.Parse(value.Reveal(), System.Globalization.CultureInfo.InvariantCulture)
            : null;
}

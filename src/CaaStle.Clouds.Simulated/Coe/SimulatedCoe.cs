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
        var options = request.Options;
        var network = plan.Share(NetworkKey, () => new SimulatedNetwork(
            request.Scope.ObjectName("network"),
            SimulatedOptions.ReadyAfter(options, ""),
            SimulatedOptions.FailsAfter(options, ""),
            SimulatedOptions.Failure(options, "")));
        plan.Output("Network", network, state => state.Name);
    }

    public void PlanJob(JobRequest request, Blueprint plan) => throw new NotSupportedException("The simulated cloud runs no jobs yet.");

    /// <summary>The variables <c>SIMULATED_READY_AFTER</c>, <c>SIMULATED_FAILS_AFTER</c> say how long it takes, in seconds.</summary>
    public void PlanApplication(ApplicationRequest request, Blueprint plan)
    {
        var service = plan.Add("service", new SimulatedService(
            request.Scope.ObjectName("service"),
            request.EnvironmentOutputs["Network"].Reveal(),
            request.ExposedContainer.Image,
            request.ExposedContainer.Variables,
            Seconds("SIMULATED_READY_AFTER") ?? 0,
            Seconds("SIMULATED_FAILS_AFTER"),
            "it was told to fail"));
        plan.Output("Url", service, state => $"simulated://{state.Name}");
        plan.Output("Image", request.ExposedContainer.Image);

        double? Seconds(string name) => request.ExposedContainer.Variables.TryGetValue(name, out var value)
            ? double.Parse(value.Reveal(), System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }
}

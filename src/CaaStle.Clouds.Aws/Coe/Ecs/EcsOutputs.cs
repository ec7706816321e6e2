using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>What an environment offers, as its applications read it.</summary>
internal sealed record EcsOutputs(
    PlaceState Place, string Cluster, string SecurityGroup, string LoadBalancer, string LoadBalancerAddress, string TaskRole,
    bool OnMachines)
{
    /// <summary>Null in environments of before, which do not tell it.</summary>
    public string? LoadBalancerGroup { get; init; }

    public static EcsOutputs Read(IReadOnlyDictionary<string, Value> outputs)
    {
        string Text(string name) => outputs[name].Reveal();
        var profile = Text("Profile");
        return new(
            new(new(Text("Account"), Text("Region"), profile.Length == 0 ? null : profile), Text("Vpc"), Text("Subnets").Split(',')),
            Text("Cluster"),
            Text("SecurityGroup"),
            Text("LoadBalancerArn"),
            Text("LoadBalancer"),
            Text("TaskRole"),
            outputs.TryGetValue(EcsCoe.LaunchOutput, out var launch) && launch.Reveal() == Machines.Ec2)
        {
            LoadBalancerGroup = outputs.TryGetValue(EcsCoe.EntranceOutput, out var group) ? group.Reveal() : null,
        };
    }
}

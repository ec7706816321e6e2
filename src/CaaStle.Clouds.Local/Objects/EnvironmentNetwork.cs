using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Objects;

internal static class EnvironmentNetwork
{
    /// <summary>The one network of an environment, which its COE and its resources share.</summary>
    public static Node<NetworkState> ShareNetwork(this Blueprint plan, Scope environment) =>
        plan.Share("network", () => new NetworkSpec(environment.ObjectName("network")));
}

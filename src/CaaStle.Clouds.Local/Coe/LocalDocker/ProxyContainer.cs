using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Coe.LocalDocker;

/// <summary>An HAProxy in a container of its own, with one published port.</summary>
internal static class ProxyContainer
{
    public const string Image = "haproxy:2.6";

    public static readonly TimeSpan StartPeriod = TimeSpan.FromMinutes(1);

    /// <param name="configuration">What it starts with.</param>
    /// <param name="hostPort">Null for one that is free.</param>
    public static ContainerSpec Of(string name, string network, string configuration, int? hostPort) => new(name, Image, network)
    {
        Entrypoint = EntryConsole.Command,
        Files = new Dictionary<string, string> { [EntryConfiguration.Path] = configuration },

        // Whatever it sends requests to and is not there when it starts must not keep it from starting for long.
        Variables = new Dictionary<string, Value> { ["RES_OPTIONS"] = "timeout:1 attempts:2" },
        Ports = [new(EntryConfiguration.Port, hostPort)],
        Readiness = new CommandReadiness(EntryConsole.ReadyCommand, new Dictionary<string, Value>(), StartPeriod),
    };
}

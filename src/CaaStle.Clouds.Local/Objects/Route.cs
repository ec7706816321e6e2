using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>
/// Where an application's entry, an HAProxy container, sends requests to: its configuration, which changes in place without losing a
/// request.
/// </summary>
/// <param name="Entry">The name of the entry's container.</param>
/// <param name="Application">What the application is called, for what the entry says itself.</param>
/// <param name="Replicas">The names of the containers, on the entry's network, that take requests; empty while the application is stopped.</param>
/// <param name="Port">Where they listen, and the entry too.</param>
/// <param name="Drain">How long requests under way may go on when this configuration is followed by another.</param>
internal sealed record RouteSpec(
    string Entry, string Application, IReadOnlyList<string> Replicas, int Port, ApplicationProtocol Protocol, TimeSpan Drain)
    : ICloudObjectSpec<RouteState>
{
    public string Identity => Entry;

    /// <summary>The entry's key in the blueprint.</summary>
    public required string EntryKey { get; init; }

    /// <summary>An HTTP path that a replica answers with a status below 400 as long as it is well; null to be content with a connection.</summary>
    public string? CheckPath { get; init; }

    /// <summary>Where a replica is checked; null for <see cref="Port"/>.</summary>
    public int? CheckPort { get; init; }

    /// <summary>How long it may take from the change until the replicas answer.</summary>
    public required TimeSpan StartPeriod { get; init; }
}

/// <param name="Configuration">A digest of what is in force.</param>
internal sealed record RouteState(string Configuration);

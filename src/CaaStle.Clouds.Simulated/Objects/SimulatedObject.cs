using System.Text.Json;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>What all simulated objects have in common.</summary>
public interface ISimulatedSpec : ICloudObjectSpec
{
    double ReadySeconds { get; }

    /// <summary>When it breaks; null for never.</summary>
    double? FailsSeconds { get; }

    string FailureReason { get; }

    /// <summary>Names of objects that cannot be deleted before this one.</summary>
    IReadOnlyList<string> Needs { get; }

    /// <summary>What of it can be changed in place, as the cloud shows it; specifications that differ in nothing else can become each other.</summary>
    string Content => "";

    /// <summary>What it writes when it is made.</summary>
    string? Output => null;

    /// <summary>What it ends with when it breaks, where it is a command.</summary>
    int? ExitCode => null;
}

public sealed record SimulatedNetwork(
    string Identity, double ReadySeconds = 0, double? FailsSeconds = null, string FailureReason = "") : ICloudObjectSpec<SimulatedNetworkState>, ISimulatedSpec
{
    public IReadOnlyList<string> Needs => [];
}

public sealed record SimulatedNetworkState(string Name);

public sealed record SimulatedStorage(string Identity, string Network) : ICloudObjectSpec<SimulatedStorageState>, ISimulatedSpec
{
    public double ReadySeconds => 0;

    public double? FailsSeconds => null;

    public string FailureReason => "";

    public IReadOnlyList<string> Needs => [Network];

    bool ICloudObjectSpec.HoldsData => true;
}

public sealed record SimulatedStorageState(string Name);

public sealed record SimulatedDatabase(
    string Identity, string Network, string Storage, Secret Password, double ReadySeconds = 0, double? FailsSeconds = null, string FailureReason = "")
    : ICloudObjectSpec<SimulatedDatabaseState>, ISimulatedSpec
{
    private const long UsualPort = 5432;

    public string Version { get; init; } = "1";

    /// <summary>Can be changed in place.</summary>
    public long Size { get; init; } = 1;

    /// <summary>Can be changed in place.</summary>
    public long Port { get; init; } = UsualPort;

    public bool IsStopped { get; init; }

    public IReadOnlyList<string> Needs => [Network, Storage];

    string ISimulatedSpec.Content => $"size {Size}{(Port == UsualPort ? "" : $", port {Port}")}{(IsStopped ? ", stopped" : "")}";
}

public sealed record SimulatedDatabaseState(string Name);

/// <summary>One replica of an application.</summary>
public sealed record SimulatedService(
    string Identity,
    string Network,
    string Image,
    IReadOnlyDictionary<string, Value> Variables,
    double ReadySeconds = 0,
    double? FailsSeconds = null,
    string FailureReason = "") : ICloudObjectSpec<SimulatedServiceState>, ISimulatedSpec
{
    public IReadOnlyList<string> Needs => [Network];
}

public sealed record SimulatedServiceState(string Name);

/// <summary>What spreads requests over replicas.</summary>
public sealed record SimulatedRoute(string Identity, IReadOnlyList<string> Backends, double ReadySeconds = 0)
    : ICloudObjectSpec<SimulatedRouteState>, ISimulatedSpec
{
    public double? FailsSeconds => null;

    public string FailureReason => "";

    public IReadOnlyList<string> Needs => Backends;

    string ISimulatedSpec.Content => string.Join(',', Backends);
}

public sealed record SimulatedRouteState(string Name);

/// <summary>A command that ends well after a while, or badly.</summary>
public sealed record SimulatedJob(
    string Identity,
    IReadOnlyList<string> Command,
    double ReadySeconds = 0,
    double? FailsSeconds = null,
    string FailureReason = "") : ICloudObjectSpec<SimulatedJobState>, ISimulatedSpec
{
    public IReadOnlyList<string> Needs => [];

    string ISimulatedSpec.Output => string.Join(' ', Command);

    int? ISimulatedSpec.ExitCode => 1;
}

public sealed record SimulatedJobState(string Name);

public sealed record SimulatedImage(
    string Identity, double ReadySeconds = 0, double? FailsSeconds = null, string FailureReason = "") : ICloudObjectSpec<SimulatedImageState>, ISimulatedSpec
{
    public IReadOnlyList<string> Needs => [];
}

public sealed record SimulatedImageState(string Name);

/// <summary>How every kind of simulated object lives.</summary>
/// <param name="fixedPart">The specification without what can be changed in place.</param>
internal sealed class SimulatedHandler<TSpec, TState>(
    SimulatedWorld world, TimeProvider clock, string kind, Func<string, TState> stateOf, Func<TSpec, TSpec> fixedPart)
    : CloudObjectHandler<TSpec, TState>
    where TSpec : class, ICloudObjectSpec<TState>, ISimulatedSpec
    where TState : class
{
    public override string Kind => kind;

    public override TimeSpan SettlesWithin => world.Timing.Visibility + world.Timing.CallLatency;

    public override bool CanChange(TSpec from, TSpec to) => Text(fixedPart(from)) == Text(fixedPart(to));

    public override async Task<Observation<TState>> ReadAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await world.DescribeAsync(spec.Identity, cancellationToken);
        var now = clock.GetUtcNow();
        return found switch
        {
            null => Observation.Absent<TState>(),
            _ when !call.Marks.Owns(found.Labels) => Observation.Foreign<TState>("made by somebody else"),
            { GoneAt: not null } => Observation.InProgress<TState>("deleting"),
            { FailsAt: { } failsAt } when now >= failsAt => Broken(found, spec),
            _ when found.Content != spec.Content => Observation.InProgress<TState>("to be changed") with { NeedsCreate = true },
            _ when now < found.ReadyAt => Observation.InProgress<TState>("creating"),
            _ => Observation.Ready(stateOf(found.Name), "available"),
        };
    }

    public override async Task CreateAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var readyAfter = TimeSpan.FromSeconds(spec.ReadySeconds);
        var found = await world.DescribeAsync(spec.Identity, cancellationToken);
        if (found is not null)
        {
            await world.ChangeAsync(spec.Identity, spec.Content, readyAfter, spec.Needs, cancellationToken);
            return;
        }

        if (spec.Output is { } output)
        {
            call.Log.Report(output);
        }

        await world.CreateAsync(
            spec.Identity,
            call.Marks.ToLabels(),
            readyAfter,
            spec.FailsSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            spec.FailureReason,
            spec.Needs,
            cancellationToken,
            spec.Content);
    }

    public override Task DeleteAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        world.DeleteAsync(spec.Identity, cancellationToken);

    private static Observation<TState> Broken(WorldObject found, TSpec spec) =>
        Observation.Failed<TState>(found.FailureReason, ["the last words of " + found.Name]) with { ExitCode = spec.ExitCode };

    private static string Text(TSpec spec) => JsonSerializer.Serialize(spec, TextOptions.Revealing);
}

internal static class TextOptions
{
    public static readonly JsonSerializerOptions Revealing = new() { Converters = { new RevealingSecret(), new RevealingValue() } };

    private sealed class RevealingSecret : System.Text.Json.Serialization.JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue(value.Reveal());
    }

    private sealed class RevealingValue : System.Text.Json.Serialization.JsonConverter<Value>
    {
        public override Value Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

        public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options) => writer.WriteStringValue(value.Reveal());
    }
}

using System.Text.Json;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>How every kind of simulated object lives.</summary>
/// <param name="fixedPart">The specification without what can be changed in place.</param>
internal sealed class SimulatedHandler<TSpec, TState>(
    IWorld world, Troubles troubles, int readsAtOnce, string kind, Func<string, TState> stateOf, Func<TSpec, TSpec> fixedPart)
    : CloudObjectHandler<TSpec, TState>, IReadsMany
    where TSpec : class, ICloudObjectSpec<TState>, ISimulatedSpec
    where TState : class
{
    public override string Kind => kind;

    public override TimeSpan SettlesWithin => world.Timing.Visibility + world.Timing.CallLatency;

    public override bool CanChange(TSpec from, TSpec to) => Text(fixedPart(from)) == Text(fixedPart(to));

    public int MostAtOnce => readsAtOnce;

    public override async Task<Observation<TState>> ReadAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        Judge(spec, call, await world.DescribeAsync(spec.Identity, cancellationToken));

    public async Task<IReadOnlyList<Observation<object>>> ReadManyAsync(IReadOnlyList<ReadRequest> requests, CancellationToken cancellationToken)
    {
        var found = await world.DescribeAsync([.. requests.Select(request => request.Spec.Identity)], cancellationToken);
        return [.. requests.Zip(found, (request, item) => Judge((TSpec)request.Spec, request.Call, item).ToUntyped())];
    }

    public override async Task CreateAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        troubles.Before(spec);
        var behaviour = spec.Behaviour;
        var ready = TimeSpan.FromSeconds(behaviour.ReadySeconds);
        if (await world.DescribeAsync(spec.Identity, cancellationToken) is not null)
        {
            await world.ChangeAsync(spec.Identity, spec.Content, ready, spec.Needs, cancellationToken);
            troubles.AfterChange(spec);
            return;
        }

        if (behaviour.Refused is { } reason)
        {
            throw new CloudException(CloudFault.Refused, reason);
        }

        if (spec.Output is { } output)
        {
            call.Log.Report(output);
        }

        await world.CreateAsync(
            spec.Identity,
            call.Marks.ToLabels(),
            ready,
            Span(behaviour.FailsSeconds),
            behaviour.FailureReason,
            spec.Needs,
            cancellationToken,
            spec.Content,
            new(Span(behaviour.DeletionSeconds), Span(behaviour.VanishesSeconds), behaviour.States));
        troubles.AfterChange(spec);
    }

    public override async Task DeleteAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        troubles.Before(spec);
        await world.DeleteAsync(spec.Identity, cancellationToken);
        troubles.AfterChange(spec);
    }

    private Observation<TState> Judge(TSpec spec, ObjectCall call, WorldObject? found)
    {
        var now = world.Now;
        if (found is null || now < found.ReadyAt)
        {
            troubles.Before(spec);
        }

        return found switch
        {
            _ when spec.Behaviour.IsTaken => Observation.Foreign<TState>("made by somebody else"),
            null => Observation.Absent<TState>(),
            _ when !call.Marks.Owns(found.Labels) => Observation.Foreign<TState>("made by somebody else"),
            { GoneAt: not null } => Observation.InProgress<TState>("deleting"),
            _ when found.Content != spec.Content => Observation.InProgress<TState>("to be changed") with { NeedsCreate = true },
            { FailsAt: { } failsAt } when now >= failsAt => Broken(found, spec),
            _ when now < found.ReadyAt => Observation.InProgress<TState>(found.StateAt(now)),
            _ => Observation.Ready(stateOf(found.Name), "available"),
        };
    }

    private static TimeSpan? Span(double? seconds) => seconds is { } number ? TimeSpan.FromSeconds(number) : null;

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

using System.Collections.Concurrent;
using CaaStle.Abstractions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>
/// What all operations share when they call a cloud: one gate for each account and region, which slows all of them when the cloud says that
/// there are too many calls; and for kinds of which many can be read in one call, one reader.
/// </summary>
internal sealed class CloudCalls(HandlerRegistry handlers, TimeProvider clock, IRandomSource random)
{
    private readonly ConcurrentDictionary<(string Cloud, string Region), CallGate> gates = [];
    private readonly ConcurrentDictionary<(string Kind, string Region), SharedReader> readers = [];

    /// <summary>Waits, then reads; together with what others wait for, where the cloud can be asked about many.</summary>
    public async Task<Observation<object>> ReadAsync(
        ICloudObjectHandler handler, ReadRequest request, Operation operation, Wait wait, CancellationToken cancellationToken)
    {
        var (cloud, region) = (handlers.CloudOf(handler), request.Spec.Region);
        if (handler is IReadsMany { MostAtOnce: > 1 } many)
        {
            var reader = readers.GetOrAdd((handler.Kind, region), _ => new(handler, many, GateOf(cloud, region), clock));
            return await reader.ReadAsync(request, wait, cancellationToken);
        }

        if (wait.Most > TimeSpan.Zero)
        {
            await Task.Delay(wait.Most, clock, cancellationToken);
        }

        return await GateOf(cloud, region).PassAsync(
            EnvironmentOf(operation), () => handler.ReadAsync(request.Spec, request.Call, cancellationToken), cancellationToken);
    }

    /// <summary>Makes a call when it is its turn.</summary>
    public Task MakeAsync(string cloud, string region, Operation operation, Func<Task> call, CancellationToken cancellationToken) =>
        GateOf(cloud, region).PassAsync(
            EnvironmentOf(operation),
            async () =>
            {
                await call();
                return true;
            },
            cancellationToken);

    private CallGate GateOf(string cloud, string region) => gates.GetOrAdd((cloud, region), _ => new(clock, new(random)));

    /// <summary>The operations of one environment share its turns.</summary>
    private static string EnvironmentOf(Operation operation) => (operation.Holds is [var environment, ..] ? environment : operation.Subject).ToString();
}

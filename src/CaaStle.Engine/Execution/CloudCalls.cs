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
    private readonly ConcurrentDictionary<(string Cloud, string Scope), CallGate> gates = [];
    private readonly ConcurrentDictionary<(string Kind, string Scope), SharedReader> readers = [];

    /// <summary>Whether one call reads what several wait for.</summary>
    public static bool IsShared(ICloudObjectHandler handler) => handler is IReadsMany { MostAtOnce: > 1 };

    /// <summary>Waits, then reads; together with what others wait for, where the cloud can be asked about many.</summary>
    public async Task<Observation<object>> ReadAsync(
        ICloudObjectHandler handler, ReadRequest request, Operation operation, Wait wait, CancellationToken cancellationToken)
    {
        var (cloud, scope) = (handlers.CloudOf(handler), request.Spec.RateLimitScope);
        if (handler is IReadsMany many && IsShared(handler))
        {
            var reader = readers.GetOrAdd((handler.Kind, scope), _ => new(handler, many, GateOf(cloud, scope), clock));
            return await reader.ReadAsync(request, wait, cancellationToken);
        }

        if (wait.Most > TimeSpan.Zero)
        {
            await Task.Delay(wait.Most, clock, cancellationToken);
        }

        return await GateOf(cloud, scope).PassAsync(
            EnvironmentOf(operation), () => handler.ReadAsync(request.Spec, request.Call, cancellationToken), cancellationToken);
    }

    /// <summary>Makes a call when it is its turn.</summary>
    /// <param name="scope">See <see cref="ICloudObjectSpec.RateLimitScope"/>.</param>
    /// <param name="leaves">Cancelled when it is not to be made any more; a call that has begun is not touched by it.</param>
    public Task MakeAsync(string cloud, string scope, Operation operation, Func<Task> call, CancellationToken leaves) =>
        GateOf(cloud, scope).PassAsync(
            EnvironmentOf(operation),
            async () =>
            {
                await call();
                return true;
            },
            leaves);

    private CallGate GateOf(string cloud, string scope) => gates.GetOrAdd((cloud, scope), _ => new(clock, new(random)));

    /// <summary>The operations of one environment share its turns.</summary>
    private static string EnvironmentOf(Operation operation) => (operation.Holds is [var environment, ..] ? environment : operation.Subject).ToString();
}

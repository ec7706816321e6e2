namespace CaaStle.Abstractions;

/// <param name="Spec">Of the handler's own kind.</param>
public sealed record ReadRequest(ICloudObjectSpec Spec, ObjectCall Call);

/// <summary>
/// A handler whose cloud can be asked about many objects in one call. The engine then reads together what several operations wait for, so
/// that asking does not grow with what is asked about.
/// </summary>
public interface IReadsMany
{
    /// <summary>How many objects one call can be about.</summary>
    int MostAtOnce { get; }

    /// <summary>
    /// Looks up all of them in one call and judges each as reading it alone would. Throws <see cref="CloudException"/> where the cloud gave
    /// no answer; where it refuses because of one of them, the engine reads each alone.
    /// </summary>
    /// <param name="requests">At most <see cref="MostAtOnce"/>, all of one <see cref="ICloudObjectSpec.RateLimitScope"/>.</param>
    /// <returns>In the order of the requests.</returns>
    Task<IReadOnlyList<Observation<object>>> ReadManyAsync(IReadOnlyList<ReadRequest> requests, CancellationToken cancellationToken);
}

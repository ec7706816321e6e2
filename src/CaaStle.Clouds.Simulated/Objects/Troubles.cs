using System.Collections.Concurrent;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>What goes wrong with calls about an object, until it is ready, because it was told to; counted from when the server started.</summary>
internal sealed class Troubles
{
    private readonly ConcurrentDictionary<(string Identity, string Trouble), long> struck = [];

    /// <summary>Throws what is to be answered instead of the call.</summary>
    public void Before(ISimulatedSpec spec)
    {
        var behaviour = spec.Behaviour;
        if (Strikes(spec, nameof(Behaviour.Throttled), behaviour.Throttled))
        {
            throw new CloudException(CloudFault.Throttled, "too many calls")
            {
                Code = "Throttling",
                RetryAfter = TimeSpan.FromSeconds(behaviour.RetrySeconds),
            };
        }

        if (Strikes(spec, nameof(Behaviour.Errors), behaviour.Errors))
        {
            throw new CloudException(CloudFault.Busy, "internal error") { Code = "InternalError" };
        }
    }

    /// <summary>Throws what is heard instead of the answer to a call that was applied.</summary>
    public void AfterChange(ISimulatedSpec spec)
    {
        if (Strikes(spec, nameof(Behaviour.LostAnswers), spec.Behaviour.LostAnswers))
        {
            throw new CloudException(CloudFault.Unreachable, "the connection ended before the answer came");
        }
    }

    private bool Strikes(ISimulatedSpec spec, string trouble, long times) =>
        times > 0 && struck.AddOrUpdate((spec.Identity, trouble), 1, (_, count) => count + 1) <= times;
}

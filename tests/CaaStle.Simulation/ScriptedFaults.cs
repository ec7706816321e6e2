using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;

namespace CaaStle.Simulation;

/// <summary>What is to go wrong, by call. Each fault strikes once for each time that it was added.</summary>
public sealed class ScriptedFaults
{
    private readonly List<(Func<WorldCall, bool> When, Exception Fault)> before = [];
    private readonly List<(Func<WorldCall, bool> When, Exception Fault)> after = [];

    public List<WorldCall> Calls { get; } = [];

    public void Refuse(WorldCallKind kind, string part, string message) =>
        before.Add((Matches(kind, part), new CloudException(CloudFault.Refused, message)));

    public void Throttle(WorldCallKind kind, string part, TimeSpan retryAfter) =>
        before.Add((Matches(kind, part), new CloudException(CloudFault.Throttled, "slow down") { RetryAfter = retryAfter }));

    public void Unreachable(WorldCallKind kind, string part, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            before.Add((Matches(kind, part), new CloudException(CloudFault.Unreachable, "connection refused")));
        }
    }

    /// <summary>Not a fault of the cloud's but of the code that talks to it.</summary>
    public void Defect(WorldCallKind kind, string part) => before.Add((Matches(kind, part), new NotSupportedException("nobody thought of this")));

    public void LoseAnswer(WorldCallKind kind, string part) =>
        after.Add((Matches(kind, part), new CloudException(CloudFault.Unreachable, "connection reset")));

    /// <summary>Nothing goes wrong any more.</summary>
    public void Clear()
    {
        before.Clear();
        after.Clear();
    }

    public Exception? Before(WorldCall call)
    {
        Calls.Add(call);
        return Take(before, call);
    }

    public Exception? After(WorldCall call) => Take(after, call);

    private static Func<WorldCall, bool> Matches(WorldCallKind kind, string part) => call => call.Kind == kind && call.Name.Contains(part, StringComparison.Ordinal);

    private static Exception? Take(List<(Func<WorldCall, bool> When, Exception Fault)> faults, WorldCall call)
    {
        var index = faults.FindIndex(fault => fault.When(call));
        if (index < 0)
        {
            return null;
        }

        var fault = faults[index].Fault;
        faults.RemoveAt(index);
        return fault;
    }
}

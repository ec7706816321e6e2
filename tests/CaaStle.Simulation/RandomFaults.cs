using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;

namespace CaaStle.Simulation;

/// <summary>What a cloud does to those who call it: errors that pass and errors that stay, answers that are lost, throttling.</summary>
/// <param name="share">Of calls that go wrong, in thousandths.</param>
internal sealed class RandomFaults(Random random, int share)
{
    /// <summary>Nothing goes wrong any more.</summary>
    public bool IsOver { get; set; }

    /// <summary>Of how many objects that are asked for from now on the cloud will never make one.</summary>
    public int RefusedOf { get; set; } = 60;

    /// <summary>Objects that the cloud will never make.</summary>
    private readonly Dictionary<string, bool> refused = [];

    public Exception? Before(WorldCall call)
    {
        if (IsOver)
        {
            return null;
        }

        if (call.Kind == WorldCallKind.Create && IsRefused(call.Name))
        {
            return new CloudException(CloudFault.Refused, $"{call.Name} is beyond your quota");
        }

        return random.Next(1000) >= share ? null : random.Next(4) switch
        {
            0 => new CloudException(CloudFault.Throttled, "slow down")
            {
                RetryAfter = random.Next(3) == 0 ? null : TimeSpan.FromSeconds(random.Next(1, 120)),
            },
            1 => new CloudException(CloudFault.Busy, "internal error"),
            _ => new CloudException(CloudFault.Unreachable, "connection refused"),
        };
    }

    public Exception? After(WorldCall call) =>
        !IsOver && random.Next(1000) < share ? new CloudException(CloudFault.Unreachable, $"the answer of {call.Kind} was lost") : null;

    private bool IsRefused(string name)
    {
        if (!refused.TryGetValue(name, out var isRefused))
        {
            refused[name] = isRefused = random.Next(RefusedOf) == 0;
        }

        return isRefused;
    }
}

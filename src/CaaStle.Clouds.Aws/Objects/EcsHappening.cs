using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>What ECS says of a service; newest first in its lists.</summary>
internal sealed record EcsHappening(double CreatedAt, string Message)
{
    public const string Advice = "Give the environment more machines or larger ones: `cluster_size`, `instance_type`, and `cld env update`";

    /// <summary>How ECS says that no machine has what a replica needs.</summary>
    private const string Words = "was unable to place a task";

    private const double SecondsToBeKnown = 5;

    /// <summary>How many services can be described at once.</summary>
    private const int MostAtOnce = 10;

    private sealed record Listed(IReadOnlyList<string> ServiceArns, string? NextToken);

    private sealed record Service(IReadOnlyList<EcsHappening>? Events);

    private sealed record Described(IReadOnlyList<Service> Services);

    /// <summary>Why no machine takes a replica: their number does not grow by itself. Null where it says something else.</summary>
    public string? NoRoom => Message.IndexOf(Words, StringComparison.Ordinal) is >= 0 and var begin
        ? $"ECS {Message[begin..].TrimEnd('.')}. {Advice}"
        : null;

    /// <summary>Why a service of the cluster gets no replica on the machines; null as long as all may.</summary>
    public static async Task<string?> FindNoRoomAsync(
        AwsClient ecs, string cluster, IReadOnlyList<EcsMachine> machines, CancellationToken cancellationToken)
    {
        // What was said before ECS knew of these is not said of them.
        var since = machines.Select(machine => machine.RegisteredAt + SecondsToBeKnown).DefaultIfEmpty().Max();
        string? nextToken = null;
        do
        {
            var listed = await ecs.CallAsync<Listed>("ListServices", new { cluster, nextToken, maxResults = MostAtOnce }, cancellationToken);
            var services = listed.ServiceArns.Count == 0
                ? []
                : (await ecs.CallAsync<Described>("DescribeServices", new { cluster, services = listed.ServiceArns }, cancellationToken)).Services;
            if (services.Select(service => service.Events is [var last, ..] && last.CreatedAt >= since ? last.NoRoom : null)
                .FirstOrDefault(reason => reason is not null) is { } noRoom)
            {
                return noRoom;
            }

            nextToken = listed.NextToken;
        }
        while (!string.IsNullOrEmpty(nextToken));
        return null;
    }
}

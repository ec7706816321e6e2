using System.Globalization;
using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A machine as its cluster knows it.</summary>
internal sealed record EcsMachine(
    string ContainerInstanceArn,
    string Ec2InstanceId,
    bool AgentConnected,
    string Status,
    double RegisteredAt,
    int RunningTasksCount,
    int PendingTasksCount)
{
    public const string Active = "ACTIVE";

    /// <summary>Takes no new tasks, and ECS moves those of services elsewhere.</summary>
    public const string Draining = "DRAINING";

    private const int MostAtOnce = 100;

    private sealed record Listed(IReadOnlyList<string> ContainerInstanceArns, string? NextToken);

    private sealed record Described(IReadOnlyList<EcsMachine> ContainerInstances);

    public int Tasks => RunningTasksCount + PendingTasksCount;

    public static async Task<IReadOnlyList<EcsMachine>> ListAsync(AwsClient ecs, string cluster, CancellationToken cancellationToken)
    {
        var found = new List<EcsMachine>();
        string? nextToken = null;
        do
        {
            var listed = await ecs.CallAsync<Listed>("ListContainerInstances", new { cluster, nextToken, maxResults = MostAtOnce }, cancellationToken)
                .OrNullAsync("ClusterNotFoundException");
            if (listed is { ContainerInstanceArns: [_, ..] arns })
            {
                found.AddRange((await ecs.CallAsync<Described>(
                    "DescribeContainerInstances", new { cluster, containerInstances = arns }, cancellationToken)).ContainerInstances);
            }

            nextToken = listed?.NextToken;
        }
        while (!string.IsNullOrEmpty(nextToken));
        return found;
    }
}

/// <summary>The machines of a group, and those that the environment has besides: of a group that this one replaces, or that replaces it.</summary>
/// <param name="Group">Null where it is gone.</param>
/// <param name="Staying">Those of the group that it does not take out.</param>
/// <param name="Leaving">All others that still answer.</param>
/// <param name="Former">Those of them that are of another group.</param>
internal sealed record EcsMachines(
    XElement? Group, IReadOnlyList<EcsMachine> Staying, IReadOnlyList<EcsMachine> Leaving, IReadOnlyList<EcsMachine> Former)
{
    /// <summary>How many the group wants.</summary>
    public int Wanted => int.Parse(Group?.Text("DesiredCapacity") ?? "0", CultureInfo.InvariantCulture);

    /// <summary>The ids of the group's machines, whether they have registered or not.</summary>
    public IReadOnlyList<string> InGroup => [.. Instances(Group).Select(IdOf)];

    public IReadOnlyList<EcsMachine> Ready =>
        [.. Staying.Where(machine => machine is { Status: EcsMachine.Active, AgentConnected: true })];

    /// <param name="registered">All machines of the cluster.</param>
    /// <param name="marks">Whose machines count: of what else is in the cluster nothing is ours.</param>
    public static async Task<EcsMachines> ReadAsync(
        XElement? group, IReadOnlyList<EcsMachine> registered, AwsClient ec2, Marks marks, CancellationToken cancellationToken)
    {
        var inGroup = Instances(group).ToLookup(IsLeaving, IdOf);
        var connected = registered.Where(machine => machine.AgentConnected).ToList();
        var others = connected.Where(machine => !inGroup[true].Concat(inGroup[false]).Contains(machine.Ec2InstanceId)).ToList();
        var instances = others.Count == 0 ? [] : await DescribeAsync(ec2, others.Select(machine => machine.Ec2InstanceId), cancellationToken);
        var ours = instances.Where(instance => IsOfSubject(instance, marks)).Select(instance => instance.Text("instanceId")).ToHashSet();
        List<EcsMachine> former = [.. others.Where(machine => ours.Contains(machine.Ec2InstanceId))];
        return new(
            group,
            [.. registered.Where(machine => inGroup[false].Contains(machine.Ec2InstanceId))],
            [.. connected.Where(machine => inGroup[true].Contains(machine.Ec2InstanceId)), .. former],
            former);
    }

    /// <summary>Machines that have run since before, and whose agents have not registered or have gone silent, each with since when.</summary>
    public async Task<IReadOnlyList<string>> FindSilentAsync(AwsClient ec2, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var missing = InGroup.Except(Ready.Concat(Leaving).Select(machine => machine.Ec2InstanceId)).ToList();
        var instances = missing.Count == 0 ? [] : await DescribeAsync(ec2, missing, cancellationToken);
        return
        [
            .. instances
                .Select(instance => (Id: instance.Text("instanceId"), Since: DateTimeOffset.Parse(instance.Text("launchTime"), CultureInfo.InvariantCulture)))
                .Where(instance => instance.Since < before)
                .Select(instance => string.Create(
                    CultureInfo.InvariantCulture, $"{instance.Id} runs since {instance.Since.UtcDateTime:yyyy-MM-dd HH:mm} UTC")),
        ];
    }

    private static async Task<IReadOnlyList<XElement>> DescribeAsync(AwsClient ec2, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var request = new AwsRequest("DescribeInstances").With("Filter.1.Name", "instance-id");
        foreach (var (index, id) in ids.Index())
        {
            request.With($"Filter.1.Value.{index + 1}", id);
        }

        var answer = await ec2.QueryAsync(request, cancellationToken);
        return [.. answer.List("reservationSet").SelectMany(reservation => reservation.List("instancesSet"))];
    }

    private static bool IsOfSubject(XElement instance, Marks marks)
    {
        var tags = instance.Tags("tagSet");
        return tags.GetValueOrDefault(Marks.InstallationLabel) == marks.Installation && tags.GetValueOrDefault(Marks.SubjectIdLabel) == marks.SubjectId;
    }

    private static IEnumerable<XElement> Instances(XElement? group) => group?.List("Instances") ?? [];

    private static string IdOf(XElement instance) => instance.Text("InstanceId");

    private static bool IsLeaving(XElement instance) => instance.Text("LifecycleState").StartsWith("Terminat", StringComparison.Ordinal);
}

internal static class EcsMachineStatus
{
    private const int MostAtOnce = 10;

    public static async Task SetStatusAsync(
        this IEnumerable<EcsMachine> machines, AwsClient ecs, string cluster, string status, CancellationToken cancellationToken)
    {
        foreach (var some in machines.Where(machine => machine.Status != status).Select(machine => machine.ContainerInstanceArn).Chunk(MostAtOnce))
        {
            await ecs.CallAsync("UpdateContainerInstancesState", new { cluster, containerInstances = some, status }, cancellationToken);
        }
    }
}

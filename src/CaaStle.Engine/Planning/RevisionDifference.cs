using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Planning;

/// <summary>Says in few words in what one revision of an application differs from another. Values of variables are not told.</summary>
internal static class RevisionDifference
{
    public static IReadOnlyList<string> Describe(DefinitionReader reader, OperationRequest former, OperationRequest next)
    {
        ApplicationDefinition left, right;
        try
        {
            (left, right) = (reader.ReadApplication(former.Definition, "", ""), reader.ReadApplication(next.Definition, "", ""));
        }
        catch (InvalidDefinitionException)
        {
            return ["definition"];
        }

        var (before, after) = (former.Desired ?? new(), next.Desired ?? new());
        var changes = new List<string>();
        AddNumber("replicas", Replicas(left, before), Replicas(right, after));
        AddNumber("container_port", left.ContainerPort, right.ContainerPort);
        Add("host_port", left.HostPort, right.HostPort);
        Add("protocol", left.Protocol, right.Protocol);
        Add("drain", left.Drain, right.Drain);
        Add("pre_deploy", Text(left.PreDeploy), Text(right.PreDeploy));
        foreach (var name in left.Containers.Concat(right.Containers).Select(container => container.Name).Distinct())
        {
            var prefix = left.Containers.Count + right.Containers.Count > 2 ? $"{name}: " : "";
            changes.AddRange(Describe(
                left.Containers.FirstOrDefault(container => container.Name == name),
                right.Containers.FirstOrDefault(container => container.Name == name),
                before.Images.GetValueOrDefault(name) != after.Images.GetValueOrDefault(name)).Select(change => prefix + change));
        }

        if (before.EnvironmentRevision != after.EnvironmentRevision)
        {
            changes.Add("environment");
        }

        return changes;

        void Add<T>(string what, T one, T other)
        {
            if (!EqualityComparer<T>.Default.Equals(one, other))
            {
                changes.Add(what);
            }
        }

        void AddNumber(string what, int one, int other)
        {
            if (one != other)
            {
                changes.Add(string.Create(CultureInfo.InvariantCulture, $"{what} {one} → {other}"));
            }
        }
    }

    private static IEnumerable<string> Describe(ApplicationContainerDefinition? left, ApplicationContainerDefinition? right, bool isOtherImage)
    {
        if (left is null || right is null)
        {
            yield return left is null ? "added" : "removed";
            yield break;
        }

        if (isOtherImage || left.Image != right.Image)
        {
            yield return "image";
        }

        foreach (var name in left.Variables.Keys.Concat(right.Variables.Keys).Distinct())
        {
            switch (left.Variables.GetValueOrDefault(name), right.Variables.GetValueOrDefault(name))
            {
                case (null, _):
                    yield return $"env +{name}";
                    break;
                case (_, null):
                    yield return $"env -{name}";
                    break;
                case var (one, other) when one != other:
                    yield return $"env {name}";
                    break;
            }
        }

        if ((left.MemoryMegabytes, left.CpuShares) != (right.MemoryMegabytes, right.CpuShares))
        {
            yield return "memory, cpu";
        }

        if (Text(left.Entrypoint) != Text(right.Entrypoint) || Text(left.Command) != Text(right.Command))
        {
            yield return "command";
        }

        if (!left.Volumes.SequenceEqual(right.Volumes))
        {
            yield return "volumes";
        }

        if (left.Health?.Describe() != right.Health?.Describe())
        {
            yield return "health";
        }
    }

    private static (string?, int?, TimeSpan, string) Describe(this HealthCheck health) =>
        (health.Path, health.Port, health.StartPeriod, Text(health.Command));

    private static int Replicas(ApplicationDefinition definition, Desired desired) =>
        desired.IsStopped || desired.IsPaused ? 0 : desired.Replicas ?? definition.Replicas;

    private static string Text(IEnumerable<string> words) => string.Join('\0', words);
}

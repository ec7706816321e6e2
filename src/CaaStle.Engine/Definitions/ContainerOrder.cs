namespace CaaStle.Engine.Definitions;

/// <summary>The name of a container that must be ready before, with where it is written.</summary>
internal sealed record Dependency(string Name, SourcePosition Position, string Path);

/// <summary>A container whose <see cref="ApplicationContainerDefinition.After"/> is not known yet.</summary>
internal sealed record WaitingContainer(ApplicationContainerDefinition Definition, IReadOnlyList<Dependency> After)
{
    public string Name => Definition.Name;
}

/// <summary>Puts containers into an order in which each comes after those that it waits for.</summary>
internal static class ContainerOrder
{
    /// <param name="containers">In the order of the file, which is kept where it can be.</param>
    /// <param name="noun">What containers are called in the file.</param>
    public static IReadOnlyList<ApplicationContainerDefinition> Sort(
        IReadOnlyList<WaitingContainer> containers, string noun, ShapeChecker checker)
    {
        CheckNames(containers, noun, checker);
        var (left, sorted) = (containers.ToList(), new List<ApplicationContainerDefinition>());
        while (left.Count > 0)
        {
            if (left.Find(container => Waits(container, left).Count == 0) is not { } next)
            {
                var circle = FindCircle(left);
                next = circle[0];
                var (_, position, path) = Waits(next, left)[0];
                var names = string.Join(", ", circle.Select(container => $"'{container.Name}'"));
                checker.Report(position, path, $"{names} wait for each other", "an order in which they can start");
            }

            left.Remove(next);
            sorted.Add(next.Definition with { After = [.. next.After.Select(dependency => dependency.Name).Distinct()] });
        }

        return sorted;
    }

    private static void CheckNames(IReadOnlyList<WaitingContainer> containers, string noun, ShapeChecker checker)
    {
        foreach (var container in containers)
        {
            var others = containers.Select(each => each.Name).Where(name => name != container.Name && name.Length > 0).Distinct().ToList();
            foreach (var (name, position, path) in container.After.Where(dependency => !others.Contains(dependency.Name)))
            {
                var message = name == container.Name ? $"'{name}' waits for itself" : $"there is no {noun} '{name}'";
                checker.Report(position, path, message, TextShape.OneOf(others), NearestWord.Find(name, others));
            }
        }
    }

    private static List<Dependency> Waits(WaitingContainer container, List<WaitingContainer> left) =>
        [.. container.After.Where(dependency => dependency.Name != container.Name && left.Exists(each => each.Name == dependency.Name))];

    /// <param name="left">Each waits for another one of them.</param>
    private static List<WaitingContainer> FindCircle(List<WaitingContainer> left)
    {
        var way = new List<WaitingContainer>();
        for (var next = left[0]; ; next = left.Find(container => container.Name == Waits(next, left)[0].Name)!)
        {
            if (way.IndexOf(next) is >= 0 and var start)
            {
                return way[start..];
            }

            way.Add(next);
        }
    }
}

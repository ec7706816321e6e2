using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions.TaskDefinitions;

/// <summary>
/// Reads a task definition of ECS as an application: each replica is a task, and the container with a port takes the requests. What this
/// leaves out is in docs/task-definition.md.
/// </summary>
internal sealed class TaskDefinitionReader(ShapeChecker checker)
{
    private const int DefaultRetries = 3;
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private sealed record Section(YamlMapping Mapping, string Path)
    {
        public string Name => Mapping.FindText("name") ?? "";

        public IReadOnlyList<YamlNode> Ports => (Mapping.Find("portMappings") as YamlList)?.Items ?? [];
    }

    /// <returns>Null only where something has been reported.</returns>
    public ApplicationDefinition? Read(YamlMapping file)
    {
        var root = WithoutEmptyLists(file);
        checker.Check(root, TaskDefinitionGrammar.Root, "", new(1, 1));
        var sections = ((root.Find(TaskDefinitionGrammar.ContainersKey) as YamlList)?.Items ?? [])
            .Select((item, index) => (Mapping: item as YamlMapping, Path: $"{TaskDefinitionGrammar.ContainersKey}[{index}]"))
            .Where(item => item.Mapping is not null)
            .Select(item => new Section(item.Mapping!, item.Path))
            .ToList();
        CheckNames(sections);
        CheckNetwork(root, sections);
        var exposed = FindExposed(root, sections);
        var port = exposed?.Ports[0] as YamlMapping;
        var containers = ReadContainers(root, sections, exposed);
        var ordered = ContainerOrder.Sort(containers, "container", checker);
        return exposed is null || Number(port, "containerPort", ApplicationGrammar.Port) is not { } containerPort ? null : new(
            ordered,
            exposed.Name,
            containerPort,
            Number(port, "hostPort", ApplicationGrammar.Port),
            Replicas: 1,
            ApplicationProtocol.Http,
            ApplicationGrammar.DefaultDrain,
            PreDeploy: []);
    }

    /// <summary>AWS's own tools write lists of nothing where nothing is said.</summary>
    private static YamlMapping WithoutEmptyLists(YamlMapping mapping) => new(
        mapping.Position,
        [
            .. mapping.Entries.Where(entry => entry.Value is not YamlList { Items.Count: 0 } || entry.Key.Text == TaskDefinitionGrammar.ContainersKey)
                .Select(entry => entry.Key.Text == TaskDefinitionGrammar.ContainersKey && entry.Value is YamlList { Items: var items } list
                    ? entry with { Value = list with { Items = [.. items.Select(item => item is YamlMapping one ? WithoutEmptyLists(one) : item)] } }
                    : entry),
        ]);

    private void CheckNames(List<Section> sections)
    {
        foreach (var section in sections.Where(one => one.Name.Length > 0).GroupBy(one => one.Name).SelectMany(group => group.Skip(1)))
        {
            checker.Report(
                section.Mapping.Find("name")!.Position,
                $"{section.Path}.name",
                $"another container named '{section.Name}'",
                "a name that no other has");
        }
    }

    /// <summary>Of one container it cannot be seen.</summary>
    private void CheckNetwork(YamlMapping root, List<Section> sections)
    {
        if (sections.Count > 1 && root.FindText(TaskDefinitionGrammar.NetworkModeKey) == TaskDefinitionGrammar.Bridge)
        {
            checker.Report(
                root.Find(TaskDefinitionGrammar.NetworkModeKey)!.Position,
                TaskDefinitionGrammar.NetworkModeKey,
                $"with '{TaskDefinitionGrammar.Bridge}' each container has an address of its own, and those of one task here share theirs",
                "awsvpc");
        }
    }

    private Section? FindExposed(YamlMapping root, List<Section> sections)
    {
        var exposed = sections.Where(section => section.Ports.Count > 0).ToList();
        if (exposed.Count == 0 && sections.Count > 0)
        {
            checker.Report(
                root.FindKey(TaskDefinitionGrammar.ContainersKey)!.Position,
                TaskDefinitionGrammar.ContainersKey,
                "no container has portMappings",
                "one port at the container that takes requests");
        }

        foreach (var other in exposed.Skip(1))
        {
            checker.Report(
                other.Mapping.FindKey("portMappings")!.Position,
                $"{other.Path}.portMappings",
                $"'{exposed[0].Name}' has a port already, and an application is reached at one",
                "a port only at the container that takes requests; the others are reached without");
        }

        foreach (var (port, index) in (exposed is [var first, ..] ? first.Ports : []).Select((port, index) => (port, index)).Skip(1))
        {
            checker.Report(
                port.Position,
                $"{exposed[0].Path}.portMappings[{index}]",
                "another port, and an application is reached at one",
                "the one that takes requests");
        }

        return exposed is [var only, ..] ? only : null;
    }

    private List<WaitingContainer> ReadContainers(YamlMapping root, List<Section> sections, Section? exposed)
    {
        var memory = ReadShares(root, sections, "memory", TaskDefinitionGrammar.Memory, TaskDefinitionUnits.Megabytes);
        var cpu = ReadShares(root, sections, "cpu", TaskDefinitionGrammar.Cpu, TaskDefinitionUnits.Cpu);
        var volumes = ((root.Find("volumes") as YamlList)?.Items ?? []).OfType<YamlMapping>().Select(volume => volume.FindText("name")).ToList();
        foreach (var (section, _) in sections.Zip(memory).Where(pair => pair.Second is null && pair.First.Mapping.Find("memory") is null))
        {
            checker.Report(section.Mapping.Position, section.Path, "there is no memory", "memory here, or for the whole task");
        }

        return sections.Select((section, index) =>
        {
            var (variables, positions) = ReadVariables(section);
            var definition = new ApplicationContainerDefinition(
                section.Name,
                section.Mapping.FindText("image") ?? "",
                variables,
                positions,
                memory[index] ?? ApplicationGrammar.DefaultMemoryMegabytes,
                cpu[index] is >= 2 and var units ? units : null,
                ContainerParts.Texts(section.Mapping.Find("entryPoint")),
                ContainerParts.Texts(section.Mapping.Find("command")),
                ReadMounts(section, volumes),
                ReadHealth(section, section == exposed ? Number(section.Ports[0] as YamlMapping, "containerPort", ApplicationGrammar.Port) : null),
                After: [])
            {
                VariablesPath = $"{section.Path}.environment",
            };
            return new WaitingContainer(definition, ReadDependencies(section, sections, exposed));
        }).ToList();
    }

    /// <summary>What containers have, or else of what the task has and the others leave an equal part each.</summary>
    private List<int?> ReadShares(YamlMapping root, List<Section> sections, string key, IntegerShape shape, Func<string, int?> parse)
    {
        var own = sections.ConvertAll(section => Number(section.Mapping, key, shape) is > 0 and var number ? number : (int?)null);
        if (root.FindText(key) is not { } text || parse(text) is not { } whole)
        {
            return own;
        }

        var (left, sharing) = (whole - own.Sum(), own.Count(number => number is null));
        var least = key == "memory" ? (int)shape.Minimum! * sharing : 0;
        if (left < least)
        {
            checker.Report(
                root.Find(key)!.Position, key, $"the containers want more than the task has", $"at least {own.Sum() + least}");
        }

        return own.ConvertAll(number => number ?? left / sharing);
    }

    private (Dictionary<string, string> Values, Dictionary<string, SourcePosition> Positions) ReadVariables(Section section)
    {
        var (values, positions) = (new Dictionary<string, string>(), new Dictionary<string, SourcePosition>());
        foreach (var (item, index) in ((section.Mapping.Find("environment") as YamlList)?.Items ?? []).Select((item, index) => (item, index)))
        {
            if (item is not YamlMapping variable || variable.FindText("name") is not { } name
                || variable.Entries.FirstOrDefault(entry => entry.Key.Text == "value")?.Value is not YamlScalar value)
            {
                continue;
            }

            if (!values.TryAdd(name, value.Text))
            {
                checker.Report(
                    item.Position,
                    $"{section.Path}.environment[{index}]",
                    $"the variable '{name}' is there already, on line {positions[name].Line}");
            }

            positions.TryAdd(name, value.Position);
        }

        return (values, positions);
    }

    private IReadOnlyList<VolumeMount> ReadMounts(Section section, IReadOnlyList<string?> declared)
    {
        var (mounts, path) = (new List<PlacedMount>(), $"{section.Path}.mountPoints");
        foreach (var (item, index) in ((section.Mapping.Find("mountPoints") as YamlList)?.Items ?? []).Select((item, index) => (item, index)))
        {
            if (item is not YamlMapping mount || mount.Find("sourceVolume") is not YamlScalar volume
                || mount.FindText("containerPath") is not { } target)
            {
                continue;
            }

            if (!declared.Contains(volume.Text))
            {
                var names = declared.OfType<string>().ToList();
                checker.Report(
                    volume.Position,
                    $"{path}[{index}].sourceVolume",
                    $"the volume '{volume.Text}' is not declared",
                    names.Count == 0 ? $"a volume named {volume.Text} under volumes" : TextShape.OneOf(names),
                    NearestWord.Find(volume.Text, names));
            }

            mounts.Add(new(new(volume.Text.ToLowerInvariant().Replace('_', '-'), target), item, index));
        }

        return ContainerParts.Volumes(mounts, path, checker);
    }

    private HealthCheck? ReadHealth(Section section, int? port)
    {
        var check = section.Mapping.Find("healthCheck") as YamlMapping;
        var words = ContainerParts.Texts(check?.Find("command"));
        IReadOnlyList<string> command = words switch
        {
            ["CMD", _, ..] => [.. words.Skip(1)],
            ["CMD-SHELL", var line] => ["/bin/sh", "-c", line],
            _ => [],
        };
        if (words.Count > 0 && command.Count == 0 && words is not ["NONE"])
        {
            checker.Report(
                check!.Find("command")!.Position,
                $"{section.Path}.healthCheck.command",
                "this list is no command",
                "[CMD, program, argument, ...], [CMD-SHELL, line], or [NONE]");
        }

        return command.Count > 0 ? new(Patience(check!)) { Command = command }
            : port is null ? null : new(ApplicationGrammar.DefaultStartPeriod) { Port = port };
    }

    /// <summary>As long as ECS takes to call it unhealthy, and not less than where nothing is said of it.</summary>
    private static TimeSpan Patience(YamlMapping check)
    {
        TimeSpan? Time(string key) => int.TryParse(check.FindText(key), out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
        var retries = Number(check, "retries", TaskDefinitionGrammar.Retries) ?? DefaultRetries;
        var patience = (Time("startPeriod") ?? TimeSpan.Zero)
            + (retries * ((Time("interval") ?? DefaultInterval) + (Time("timeout") ?? DefaultTimeout)));
        return patience < ApplicationGrammar.DefaultStartPeriod ? ApplicationGrammar.DefaultStartPeriod : patience;
    }

    private List<Dependency> ReadDependencies(Section section, List<Section> sections, Section? exposed)
    {
        var found = new List<Dependency>();
        foreach (var (item, index) in ((section.Mapping.Find("dependsOn") as YamlList)?.Items ?? []).Select((item, index) => (item, index)))
        {
            if (item is not YamlMapping dependency || dependency.Find("containerName") is not YamlScalar name)
            {
                continue;
            }

            var path = $"{section.Path}.dependsOn[{index}]";
            found.Add(new(name.Text, name.Position, $"{path}.containerName"));
            if (dependency.Find("condition") is YamlScalar { Text: "HEALTHY" } condition
                && sections.Find(other => other.Name == name.Text) is { } other && other != exposed && other.Mapping.Find("healthCheck") is null)
            {
                checker.Report(
                    condition.Position, $"{path}.condition", $"'{name.Text}' has no healthCheck", $"a healthCheck at {other.Path}, or START");
            }
        }

        return found;
    }

    private static int? Number(YamlMapping? mapping, string name, IntegerShape shape) =>
        mapping?.FindText(name) is { } text ? (int?)shape.Parse(text) : null;
}

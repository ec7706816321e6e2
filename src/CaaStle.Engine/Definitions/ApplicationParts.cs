using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <summary>The definition that an application file is, and what does not hold between its parts.</summary>
internal static class ApplicationParts
{
    /// <returns>Null only where something has been reported.</returns>
    public static ApplicationDefinition? Read(YamlMapping root, ShapeChecker checker)
    {
        if (root.Find(ApplicationGrammar.RootKey) is not YamlMapping app)
        {
            return null;
        }

        var preDeploy = ContainerParts.Words(app.Find("pre_deploy"), "app.pre_deploy", checker);
        var sections = Sections(app);
        var exposed = FindExposed(app, sections, checker);
        CheckNames(sections, checker);
        var containers = sections.Select(section => ReadContainer(section, section == exposed, checker)).ToList();
        var ordered = ContainerOrder.Sort(containers, "container", checker);
        return exposed is null || Number(exposed.Mapping, "container_port", ApplicationGrammar.Port) is not { } port ? null : new(
            ordered,
            exposed.Name,
            (int)port,
            (int?)Number(app, "host_port", ApplicationGrammar.Port),
            (int?)Number(app, "replicas", ApplicationGrammar.Replicas) ?? 1,
            Enum.TryParse<ApplicationProtocol>(app.FindText("protocol"), ignoreCase: true, out var protocol) ? protocol : ApplicationProtocol.Http,
            ReadTime(app, "drain", ApplicationGrammar.Drain) ?? ApplicationGrammar.DefaultDrain,
            preDeploy);
    }

    private static IReadOnlyList<Section> Sections(YamlMapping app) => app.FindKey(ApplicationGrammar.ContainersKey) is null
        ? [new(app, ApplicationContainer.OnlyName, "app", IsAlone: true)]
        : [.. ((app.Find(ApplicationGrammar.ContainersKey) as YamlList)?.Items ?? [])
            .Select((item, index) => (Mapping: item as YamlMapping, Path: $"app.containers[{index}]"))
            .Where(container => container.Mapping is not null)
            .Select(container => new Section(container.Mapping!, container.Mapping!.FindText("name") ?? "", container.Path))];

    private static Section? FindExposed(YamlMapping app, IReadOnlyList<Section> sections, ShapeChecker checker)
    {
        if (sections is [{ IsAlone: true }])
        {
            return sections[0];
        }

        var exposed = sections.Where(section => section.PortKey is not null).ToList();
        if (exposed.Count == 0 && sections.Count > 0)
        {
            checker.Report(
                app.FindKey(ApplicationGrammar.ContainersKey)!.Position,
                "app.containers",
                "no container has a container_port",
                "container_port at the one that takes requests");
        }

        foreach (var section in exposed.Skip(1))
        {
            checker.Report(
                section.PortKey!.Position,
                $"{section.Path}.container_port",
                $"'{exposed[0].Name}' has a container_port already, on line {exposed[0].PortKey!.Position.Line}",
                "container_port at the one that takes requests; the others are reached without");
        }

        return exposed.FirstOrDefault();
    }

    private static void CheckNames(IReadOnlyList<Section> sections, ShapeChecker checker)
    {
        var named = sections.Where(section => section.Name.Length > 0);
        foreach (var section in named.GroupBy(section => section.Name).SelectMany(group => group.Skip(1)))
        {
            checker.Report(
                section.Mapping.Find("name")!.Position,
                $"{section.Path}.name",
                $"another container named '{section.Name}'",
                "a name that no other has");
        }
    }

    private static WaitingContainer ReadContainer(Section section, bool isExposed, ShapeChecker checker)
    {
        var (mapping, name, path, isAlone) = section;
        var (variables, positions) = ContainerParts.Variables(mapping.Find("env"));
        var definition = new ApplicationContainerDefinition(
            name,
            mapping.FindText("image") ?? "",
            variables,
            positions,
            (int?)Number(mapping, "memory", ApplicationGrammar.Memory) ?? ApplicationGrammar.DefaultMemoryMegabytes,
            (int?)Number(mapping, "cpu", ApplicationGrammar.Cpu),
            ContainerParts.Words(mapping.Find("entrypoint"), $"{path}.entrypoint", checker),
            ContainerParts.Words(mapping.Find("command"), $"{path}.command", checker),
            ReadVolumes(mapping, path, checker),
            ReadHealth(mapping, path, isExposed, checker),
            After: [])
        {
            VariablesPath = $"{path}.env",
        };
        return new(definition, isAlone ? [] : ContainerParts.Dependencies(mapping.Find("depends_on"), $"{path}.depends_on"));
    }

    private static IReadOnlyList<VolumeMount> ReadVolumes(YamlMapping container, string path, ShapeChecker checker)
    {
        var mounts = ((container.Find("volumes") as YamlList)?.Items ?? []).Select((item, index) => item switch
        {
            YamlScalar scalar when scalar.Text.Split(':') is [var name, var mountPath] => new PlacedMount(new(name, mountPath), item, index),
            YamlMapping mapping when (mapping.FindText("name"), mapping.FindText("path")) is ({ } name, { } mountPath) =>
                new PlacedMount(new(name, mountPath), item, index),
            _ => null,
        });
        return ContainerParts.Volumes([.. mounts.OfType<PlacedMount>()], $"{path}.volumes", checker);
    }

    private static HealthCheck? ReadHealth(YamlMapping container, string parent, bool isExposed, ShapeChecker checker)
    {
        var (health, path) = (container.Find("health"), $"{parent}.health");
        var containerPort = isExposed ? (int?)Number(container, "container_port", ApplicationGrammar.Port) : null;
        switch (health)
        {
            case YamlScalar text:
                if (!isExposed)
                {
                    checker.Report(text.Position, path, "it is not said at which port", "a mapping with path and port");
                }

                return new(ApplicationGrammar.DefaultStartPeriod) { Path = text.Text, Port = containerPort };
            case YamlMapping mapping:
                CheckWays(mapping, path, isExposed, checker);
                var command = ContainerParts.Words(mapping.Find("command"), $"{path}.command", checker);
                return new(ReadTime(mapping, "start_period", ApplicationGrammar.StartPeriod) ?? ApplicationGrammar.DefaultStartPeriod)
                {
                    Path = mapping.FindText("path"),
                    Port = mapping.Find("command") is not null ? null : (int?)Number(mapping, "port", ApplicationGrammar.Port) ?? containerPort,
                    Command = command,
                };
            default:
                return isExposed ? new(ApplicationGrammar.DefaultStartPeriod) { Port = containerPort } : null;
        }
    }

    /// <summary>There must be one way to check, and nothing that another way would need.</summary>
    private static void CheckWays(YamlMapping health, string path, bool isExposed, ShapeChecker checker)
    {
        var (command, asked, port, tcp) = (health.Find("command"), health.Find("path"), health.Find("port"), health.Find("tcp"));
        var connects = tcp is null ? (bool?)null : BooleanShape.Parse(tcp);
        if (command is YamlList { Items.Count: 0 })
        {
            checker.Report(command.Position, $"{path}.command", "the command is empty", "at least one word");
        }

        if (command is not null && (asked is not null || port is not null || connects == true))
        {
            checker.Report(
                command.Position,
                $"{path}.command",
                "a command beside another way of checking",
                "one of command, path, and a connection to a port");
        }
        else if (asked is not null && connects == true)
        {
            checker.Report(asked.Position, $"{path}.path", "a path cannot be asked for over a mere TCP connection", "either path or tcp");
        }
        else if (asked is null && port is not null && connects == false)
        {
            checker.Report(tcp!.Position, $"{path}.tcp", "a port is checked by a connection", "a path too, or no 'tcp: false'");
        }

        if (!isExposed && command is null && port is null)
        {
            checker.Report(health.Position, path, "it is not said what is to be checked", "port, path and port, or command");
        }
    }

    private static TimeSpan? ReadTime(YamlMapping mapping, string key, IntegerShape shape) =>
        Number(mapping, key, shape) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static long? Number(YamlMapping mapping, string key, IntegerShape shape) =>
        mapping.FindText(key) is { } text ? shape.Parse(text) : null;

    /// <summary>What describes one container: an item of the list, or all of <c>app</c>.</summary>
    private sealed record Section(YamlMapping Mapping, string Name, string Path, bool IsAlone = false)
    {
        public YamlScalar? PortKey => Mapping.FindKey("container_port");
    }
}

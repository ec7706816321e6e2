using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions.Compose;

/// <summary>
/// Reads a Compose file as an application: each service is a container of it, and the one that publishes a port takes the requests.
/// What this leaves out is in docs/compose.md.
/// </summary>
/// <param name="application">The application's name; what is built for a service is the container <c>application-service</c>.</param>
internal sealed class ComposeReader(string application, ShapeChecker checker)
{
    /// <summary>Compose knows no limit; this is for services that give none.</summary>
    public const int DefaultMemoryMegabytes = 1024;

    /// <returns>Null only where something has been reported.</returns>
    public ApplicationDefinition? Read(YamlMapping file)
    {
        var root = new ComposeVariables(checker).Replace(file);
        checker.Check(root, ComposeGrammar.Root, "", new(1, 1));
        if (root.Entries.FirstOrDefault(entry => entry.Key.Text == ComposeGrammar.ServicesKey) is not { } list)
        {
            return null;
        }

        var services = ((list.Value as YamlMapping)?.Entries ?? [])
            .Where(entry => entry.Value is YamlMapping or { IsNull: true })
            .DistinctBy(entry => entry.Key.Text)
            .Select(entry => new ComposeService(entry.Key, entry.Value as YamlMapping ?? new(entry.Key.Position, [])))
            .ToList();
        var exposed = FindExposed(list, services);
        var port = exposed?.ReadPort(checker);
        var volumes = new ComposeVolumes(root, checker);
        var replicas = ReadReplicas(services);
        var containers = services.ConvertAll(service => ReadService(service, service == exposed ? port?.Target : null, services, volumes));
        var ordered = ContainerOrder.Sort(containers, "service", checker);
        return exposed is null || port is null ? null : new(
            ordered,
            exposed.Name,
            port.Target,
            port.Published,
            replicas,
            exposed.ReadProtocol(),
            ApplicationGrammar.DefaultDrain,
            PreDeploy: []);
    }

    private ComposeService? FindExposed(YamlEntry list, List<ComposeService> services)
    {
        if (list.Value is YamlMapping { Entries.Count: 0 } or { IsNull: true })
        {
            checker.Report(list.Key.Position, ComposeGrammar.ServicesKey, "there is no service", "at least one");
        }

        var publishing = services.Where(service => service.Ports.Count > 0).ToList();
        if (publishing.Count == 0 && services.Count > 0)
        {
            checker.Report(
                list.Key.Position,
                ComposeGrammar.ServicesKey,
                "no service publishes a port",
                "'ports' with one port at the service that takes requests");
        }

        foreach (var other in publishing.Skip(1))
        {
            checker.Report(
                other.Mapping.FindKey("ports")!.Position,
                $"{other.Path}.ports",
                $"'{publishing[0].Name}' publishes a port already, and an application is reached at one",
                "'ports' only at the service that takes requests; services reach each other by their names without");
        }

        return publishing.FirstOrDefault();
    }

    /// <summary>Each replica has all services, so they cannot have different numbers of them.</summary>
    private int ReadReplicas(List<ComposeService> services)
    {
        if (services.Find(service => service.Replicas != services[0].Replicas) is { } service)
        {
            checker.Report(
                (service.ReplicasNode ?? services[0].ReplicasNode)!.Position,
                $"{(service.ReplicasNode is null ? services[0] : service).Path}.deploy.replicas",
                $"'{services[0].Name}' has {services[0].Replicas}, '{service.Name}' has {service.Replicas}: each replica has all services",
                "the same number at every service");
        }

        return services.Count == 0 ? 1 : services[0].Replicas;
    }

    private WaitingContainer ReadService(
        ComposeService service, int? port, IReadOnlyList<ComposeService> services, ComposeVolumes volumes)
    {
        CheckImage(service);
        var build = service.ReadBuild();
        var (variables, positions) = service.ReadVariables(checker);
        var definition = new ApplicationContainerDefinition(
            service.Name,
            build is null ? service.Mapping.FindText("image") ?? "" : $"{application}-{service.Name}",
            variables,
            positions,
            service.ReadLimit("mem_limit", "memory", ComposeUnits.Megabytes, checker) ?? DefaultMemoryMegabytes,
            service.ReadLimit("cpus", "cpus", ComposeUnits.CpuShares, checker) is > 0 and var shares ? shares : null,
            ReadCommand(service, "entrypoint"),
            ReadCommand(service, "command"),
            volumes.Read(service),
            ComposeHealth.Read(service, port, checker),
            After: [])
        {
            VariablesPath = $"{service.Path}.environment",
            Build = build,
        };
        return new(definition, ReadDependencies(service, services));
    }

    private void CheckImage(ComposeService service)
    {
        if (service.Mapping.FindKey("image") is { } image && service.Mapping.FindKey("build") is not null)
        {
            checker.Report(
                image.Position, $"{service.Path}.image", "'image' beside 'build'", "one of the two; what is built gets a name by itself");
        }
        else if (!service.Mapping.Entries.Any(entry => NearestWord.Find(entry.Key.Text, ["image", "build"]) is not null))
        {
            checker.Report(service.Position, service.Path, "there is no image", "image, or build");
        }
    }

    private IReadOnlyList<string> ReadCommand(ComposeService service, string key)
    {
        var (node, path) = (service.Mapping.Find(key), $"{service.Path}.{key}");
        if (node is YamlList { Items.Count: 0 })
        {
            checker.Report(node.Position, path, "the image's own cannot be taken away without giving another", "at least one word");
        }

        return ContainerParts.Words(node, path, checker);
    }

    private IReadOnlyList<Dependency> ReadDependencies(ComposeService service, IReadOnlyList<ComposeService> services)
    {
        var path = $"{service.Path}.depends_on";
        if (service.Mapping.Find("depends_on") is not YamlMapping mapping)
        {
            return ContainerParts.Dependencies(service.Mapping.Find("depends_on"), path);
        }

        foreach (var (name, condition) in mapping.Entries)
        {
            CheckCondition((condition as YamlMapping)?.Find("condition"), $"{path}.{name.Text}.condition", name.Text, services);
        }

        return [.. mapping.Entries.Select(entry => new Dependency(entry.Key.Text, entry.Key.Position, $"{path}.{entry.Key.Text}"))];
    }

    private void CheckCondition(YamlNode? condition, string path, string name, IReadOnlyList<ComposeService> services)
    {
        if (condition is YamlScalar { Text: "service_healthy" } && services.FirstOrDefault(each => each.Name == name) is { IsChecked: false } other)
        {
            checker.Report(condition.Position, path, $"'{name}' has no healthcheck", $"a healthcheck at {other.Path}, or service_started");
        }
    }
}

using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <summary>What holds between the parts of an application file, and the definition made of them.</summary>
internal static class ApplicationParts
{
    public static void Check(YamlMapping root, ShapeChecker checker)
    {
        if (root.Find(ApplicationGrammar.RootKey) is not YamlMapping app)
        {
            return;
        }

        if (app.Find("command") is YamlScalar command && ShellWords.Split(command.Text) is null or [])
        {
            checker.Report(command.Position, "app.command", "a quote is not closed, or there is no word", "words as for a shell, or a list");
        }

        if (app.Find("health") is YamlMapping health && health.Find("path") is { } path && health.Find("tcp") is { } tcp && BooleanShape.Parse(tcp) == true)
        {
            checker.Report(path.Position, "app.health.path", "a path cannot be asked for over a mere TCP connection", "either path or tcp");
        }

        CheckVolumes(app.Find("volumes") as YamlList, checker);
    }

    public static ApplicationDefinition Read(YamlMapping root)
    {
        var app = (YamlMapping)root.Find(ApplicationGrammar.RootKey)!;
        var variables = app.Find("env") as YamlMapping ?? new YamlMapping(app.Position, []);
        var port = (int)Number(app, "container_port", ApplicationGrammar.Port)!;
        var container = new ApplicationContainerDefinition(
            ApplicationContainer.OnlyName,
            app.FindText("image")!,
            OptionReader.Map(variables),
            variables.Entries.ToDictionary(entry => entry.Key.Text, entry => entry.Value.Position),
            (int?)Number(app, "memory", ApplicationGrammar.Memory) ?? ApplicationGrammar.DefaultMemoryMegabytes,
            (int?)Number(app, "cpu", ApplicationGrammar.Cpu),
            Entrypoint: [],
            app.Find("command") switch
            {
                YamlScalar line => ShellWords.Split(line.Text)!,
                YamlList words => OptionReader.Texts(words),
                _ => [],
            },
            [.. ((app.Find("volumes") as YamlList)?.Items ?? []).Select(ReadVolume).OfType<VolumeMount>()],
            ReadHealth(app.Find("health"), port),
            After: []);
        return new(
            [container],
            container.Name,
            port,
            (int?)Number(app, "host_port", ApplicationGrammar.Port),
            Replicas: 1,
            ApplicationProtocol.Http,
            ApplicationGrammar.DefaultDrain,
            PreDeploy: []);
    }

    private static HealthCheck ReadHealth(YamlNode? health, int port)
    {
        var startPeriod = health is YamlMapping mapping && Number(mapping, "start_period", ApplicationGrammar.StartPeriod) is { } seconds
            ? TimeSpan.FromSeconds(seconds)
            : ApplicationGrammar.DefaultStartPeriod;
        var path = health switch
        {
            YamlMapping keys => keys.FindText("path"),
            _ => (health as YamlScalar)?.Text,
        };
        return new(startPeriod) { Path = path, Port = port };
    }

    private static void CheckVolumes(YamlList? list, ShapeChecker checker)
    {
        var (names, paths) = (new HashSet<string>(), new HashSet<string>());
        foreach (var (item, index) in (list?.Items ?? []).Select((item, index) => (item, index)))
        {
            if (ReadVolume(item) is { } volume && !(names.Add(volume.Name) & paths.Add(volume.MountPath.TrimEnd('/'))))
            {
                checker.Report(
                    item.Position, $"app.volumes[{index}]", $"the name '{volume.Name}' or the path {volume.MountPath} is there already", "others");
            }
        }
    }

    private static VolumeMount? ReadVolume(YamlNode item) => item switch
    {
        YamlScalar scalar when scalar.Text.Split(':') is [var name, var path] => new(name, path),
        YamlMapping mapping when (mapping.FindText("name"), mapping.FindText("path")) is ({ } name, { } path) => new(name, path),
        _ => null,
    };

    private static long? Number(YamlMapping mapping, string key, IntegerShape shape) =>
        mapping.FindText(key) is { } text ? shape.Parse(text) : null;
}

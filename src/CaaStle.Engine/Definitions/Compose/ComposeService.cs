using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions.Compose;

/// <summary>One service of a Compose file, and what can be said of it without knowing the others.</summary>
internal sealed class ComposeService(YamlScalar key, YamlMapping mapping)
{
    public string Name => key.Text;

    public SourcePosition Position => key.Position;

    public YamlMapping Mapping => mapping;

    public string Path => $"{ComposeGrammar.ServicesKey}.{Name}";

    public IReadOnlyList<YamlNode> Ports => (mapping.Find("ports") as YamlList)?.Items ?? [];

    public YamlNode? ReplicasNode => mapping.FindPath("deploy.replicas");

    private YamlNode? Port => Ports is [var first, ..] ? first : null;

    public int Replicas => ReplicasNode is YamlScalar scalar ? (int?)ApplicationGrammar.Replicas.Parse(scalar.Text) ?? 1 : 1;

    /// <summary>Whether there is more to find out about it than that it runs.</summary>
    public bool IsChecked => Ports.Count > 0 || ComposeHealth.HasTest(mapping.Find("healthcheck"));

    public ComposePort? ReadPort(ShapeChecker checker)
    {
        foreach (var (port, index) in Ports.Select((port, index) => (port, index)).Skip(1))
        {
            checker.Report(
                port.Position, $"{Path}.ports[{index}]", "another port, and an application is reached at one", "the one that takes requests");
        }

        return Port switch
        {
            YamlScalar text => ComposePort.Parse(text.Text),
            YamlMapping port when Number(port, "target") is { } target => new(target, Number(port, "published")),
            _ => null,
        };
    }

    public ApplicationProtocol ReadProtocol() =>
        Port is YamlMapping port && Enum.TryParse<ApplicationProtocol>(port.FindText("app_protocol"), ignoreCase: true, out var protocol)
            ? protocol
            : ApplicationProtocol.Http;

    public ContainerBuild? ReadBuild() => mapping.Find("build") switch
    {
        YamlScalar context => new(context.Text, "Dockerfile"),
        YamlMapping build => new(build.FindText("context") ?? ".", build.FindText("dockerfile") ?? "Dockerfile"),
        _ => null,
    };

    public (Dictionary<string, string> Values, Dictionary<string, SourcePosition> Positions) ReadVariables(ShapeChecker checker)
    {
        if (mapping.Find("environment") is not YamlList list)
        {
            return ContainerParts.Variables(mapping.Find("environment"));
        }

        var (values, positions) = (new Dictionary<string, string>(), new Dictionary<string, SourcePosition>());
        foreach (var (item, index) in list.Items.Select((item, index) => (item, index)))
        {
            if ((item as YamlScalar)?.Text.Split('=', 2) is not [var name, var value])
            {
                continue;
            }

            if (!values.TryAdd(name, value))
            {
                checker.Report(
                    item.Position, $"{Path}.environment[{index}]", $"the variable '{name}' is there already, on line {positions[name].Line}");
            }

            positions.TryAdd(name, item.Position);
        }

        return (values, positions);
    }

    /// <summary>A limit, which has a place in the service and one below <c>deploy</c>.</summary>
    public int? ReadLimit(string key, string deployKey, Func<string, int?> parse, ShapeChecker checker)
    {
        var (own, deployed) = (mapping.Find(key), mapping.FindPath($"deploy.resources.limits.{deployKey}"));
        if (own is not null && deployed is not null)
        {
            checker.Report(own.Position, $"{Path}.{key}", $"{key} beside deploy.resources.limits.{deployKey}", "one of the two");
        }

        return (own ?? deployed) is YamlScalar limit ? parse(limit.Text) : null;
    }

    private static int? Number(YamlMapping port, string name) => port.FindText(name) is { } text ? (int?)ApplicationGrammar.Port.Parse(text) : null;
}

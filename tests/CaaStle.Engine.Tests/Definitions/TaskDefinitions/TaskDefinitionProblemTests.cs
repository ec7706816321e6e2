using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions.TaskDefinitions;

public sealed class TaskDefinitionProblemTests
{
    private static readonly DefinitionReader Reader = new(new TestCatalog());

    /// <summary>All that ECS knows and an application has not, by where it stands; <c>...</c> is the key.</summary>
    public static TheoryData<string, string> Unsupported
    {
        get
        {
            (string Path, string Keys, string Text)[] places =
            [
                (
                    "",
                    "enableFaultInjection ephemeralStorage inferenceAccelerators ipcMode pidMode placementConstraints proxyConfiguration "
                    + "runtimePlatform tags taskRoleArn",
                    Task() + "\n...: x"),
                (
                    "containerDefinitions[0]",
                    "credentialSpecs disableNetworking dnsSearchDomains dnsServers dockerLabels dockerSecurityOptions environmentFiles extraHosts "
                    + "firelensConfiguration hostname interactive links linuxParameters logConfiguration memoryReservation privileged "
                    + "pseudoTerminal readonlyRootFilesystem repositoryCredentials resourceRequirements restartPolicy secrets startTimeout "
                    + "stopTimeout systemControls ulimits user versionConsistency volumesFrom workingDirectory",
                    Task(", ...: x")),
                (
                    "volumes[0]",
                    "configuredAtLaunch dockerVolumeConfiguration efsVolumeConfiguration fsxWindowsFileServerVolumeConfiguration host "
                    + "s3filesVolumeConfiguration",
                    Task() + "\nvolumes: [{name: a, ...: x}]"),
                (
                    "containerDefinitions[0].portMappings[0]",
                    "containerPortRange name",
                    "containerDefinitions: [{name: web, image: a, memory: 9, portMappings: [{containerPort: 80, ...: x}]}]"),
            ];
            return [.. places.SelectMany(place => place.Keys.Split(' '), (place, key) =>
                (place.Text.Replace("...", key, StringComparison.Ordinal), $"{(place.Path.Length == 0 ? "" : place.Path + ".")}{key}"))];
        }
    }

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void What_cannot_be_honoured_is_refused_by_its_name(string text, string path)
    {
        var problem = Assert.Single(Reader.Check(text, "t.yaml"));

        Assert.Equal((path, $"'{path[(path.LastIndexOf('.') + 1)..]}' of ECS is not supported"), (problem.Path, problem.Message));
    }

    public static readonly TheoryData<string, string> Table = new()
    {
        { Task(", essential: false"), "1:105: containerDefinitions[0].essential: 'false' is not allowed here (expected true)" },
        { Task(", memry: 3"), "1:94: containerDefinitions[0].memry: unknown key 'memry' (expected one of name, image, cpu, memory, portMappings, "
            + "essential, entryPoint, command, environment, mountPoints, dependsOn, healthCheck; did you mean memory?)" },
        { "containerDefinitions: [{name: web, image: a, portMappings: [{containerPort: 80}]}]",
            "1:24: containerDefinitions[0]: there is no memory (expected memory here, or for the whole task)" },
        { "memory: 512\n" + Task(", cpu: 2") + "\ncpu: 1",
            "3:6: cpu: '1' is not allowed here (expected units, 1024 for one processor, or processors as \"0.5 vCPU\")" },
        { "memory: 8\n" + Task(), "1:9: memory: the containers want more than the task has (expected at least 9)" },
        { "containerDefinitions: [{name: web, image: a, memory: 9}]",
            "1:1: containerDefinitions: no container has portMappings (expected one port at the container that takes requests)" },
        { "containerDefinitions: []",
            "1:23: containerDefinitions: a list is not allowed here (expected a list with at least one item)" },
        { "containerDefinition: [{}]",
            "1:1: containerDefinition: unknown key 'containerDefinition' (expected one of containerDefinitions, volumes, cpu, memory, family, "
            + "executionRoleArn, networkMode, requiresCompatibilities; did you mean containerDefinitions?)" },
        { Task(", dependsOn: [{containerName: web, condition: SUCCESS}, {containerName: wb, condition: HEALTHY}]"),
            "1:122: containerDefinitions[0].dependsOn[0].containerName: 'web' waits for itself (expected nothing, as there is none)\n"
            + "1:138: containerDefinitions[0].dependsOn[0].condition: 'SUCCESS' is not allowed here (expected one of START, HEALTHY)\n"
            + "1:164: containerDefinitions[0].dependsOn[1].containerName: there is no container 'wb' (expected nothing, as there is none)" },
        { Task(", mountPoints: [{sourceVolume: dta, containerPath: /d}]") + "\nvolumes: [{name: data}]",
            "1:123: containerDefinitions[0].mountPoints[0].sourceVolume: the volume 'dta' is not declared (expected data; did you mean data?)" },
        { Task(", healthCheck: {command: [redis-cli, ping]}"),
            "1:117: containerDefinitions[0].healthCheck.command: this list is no command (expected [CMD, program, argument, ...], "
            + "[CMD-SHELL, line], or [NONE])" },
        { "networkMode: host\n" + Task(), "1:14: networkMode: 'host' is not allowed here (expected one of awsvpc, bridge)" },
        { "networkMode: bridge\n" + Task("}, {name: cache, image: b, memory: 9"),
            "1:14: networkMode: with 'bridge' each container has an address of its own, and those of one task here share theirs (expected awsvpc)" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_problem_has_its_place_its_path_and_what_is_right(string text, string expected)
    {
        var problems = Reader.Check(text, "t.yaml");

        Assert.Equal(expected.Split('\n').Select(line => $"t.yaml:{line}"), problems.Select(problem => problem.ToString()));
    }

    /// <summary>One container; what is tried begins in column 94.</summary>
    private static string Task(string keys = "") =>
        $"containerDefinitions: [{{name: web, image: a, memory: 9, portMappings: [{{containerPort: 80}}]{keys}}}]";
}

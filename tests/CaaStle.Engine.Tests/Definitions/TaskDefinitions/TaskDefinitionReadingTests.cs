using CaaStle.Abstractions;
using CaaStle.Engine.Definitions;

namespace CaaStle.Engine.Tests.Definitions.TaskDefinitions;

public sealed class TaskDefinitionReadingTests
{
    private static readonly DefinitionReader Reader = new(new TestCatalog());

    [Fact]
    public void Two_containers_in_YAML()
    {
        var application = Read("""
            family: shop
            networkMode: awsvpc
            requiresCompatibilities: [FARGATE]
            executionRoleArn: arn:aws:iam::123456789012:role/ecsTaskExecutionRole
            cpu: "512"
            memory: 1 GB
            volumes: [{name: Web_Files}]
            containerDefinitions:
              - name: web
                image: shop:1
                essential: true
                portMappings: [{containerPort: 8080, hostPort: 80, protocol: tcp, appProtocol: http}]
                dependsOn: [{containerName: cache, condition: HEALTHY}]
                environment:
                  - {name: CACHE, value: "localhost:6379"}
                  - {name: DATABASE, value: $CAASTLE_MYSQL_DBHOST}
                mountPoints: [{sourceVolume: Web_Files, containerPath: /srv, readOnly: false}]
                entryPoint: [/bin/sh, -c]
                command: [exec web]
              - name: cache
                image: redis:7.0
                cpu: 128
                memory: 256
                healthCheck: {command: [CMD, redis-cli, ping], interval: 5, startPeriod: 300, retries: 7}
            """);

        Assert.Equal(("web", 8080, 80, 1), (application.Exposed, application.ContainerPort, application.HostPort, application.Replicas));
        Assert.Equal((ApplicationProtocol.Http, TimeSpan.FromSeconds(30)), (application.Protocol, application.Drain));
        Assert.Empty(application.PreDeploy);
        var (cache, web) = (application.Containers[0], application.Containers[1]);
        Assert.Equal(("cache", "redis:7.0", 256, 128), (cache.Name, cache.Image, cache.MemoryMegabytes, cache.CpuShares));
        Assert.Equal(["redis-cli", "ping"], cache.Health!.Command);
        Assert.Equal(TimeSpan.FromSeconds(370), cache.Health.StartPeriod);
        Assert.Equal(("web", "shop:1", 768, 384), (web.Name, web.Image, web.MemoryMegabytes, web.CpuShares));
        Assert.Equal(["/bin/sh", "-c"], web.Entrypoint);
        Assert.Equal(["exec web"], web.Command);
        Assert.Equal([new VolumeMount("web-files", "/srv")], web.Volumes);
        Assert.Equal(new HealthCheck(TimeSpan.FromMinutes(2)) { Port = 8080 }, web.Health);
        Assert.Equal(["cache"], web.After);
        Assert.Equal("$CAASTLE_MYSQL_DBHOST", web.Variables["DATABASE"]);
        Assert.Equal((new SourcePosition(16, 33), "containerDefinitions[0].environment"), (web.VariablePositions["DATABASE"], web.VariablesPath));
    }

    [Fact]
    public void JSON_with_what_the_tools_of_AWS_write_where_nothing_is_said()
    {
        const string text = """
            {
                "family": "shop",
                "containerDefinitions": [
                    {
                        "name": "web",
                        "image": "shop:1",
                        "cpu": 0,
                        "memory": 300,
                        "portMappings": [{ "containerPort": 80, "hostPort": 0 }],
                        "essential": true,
                        "environment": [],
                        "mountPoints": [],
                        "volumesFrom": [],
                        "systemControls": []
                    }
                ],
                "volumes": [],
                "placementConstraints": []
            }
            """;
        var application = Read(text);

        Assert.Equal(DefinitionReader.ApplicationKind, Reader.DetectKind(text));
        Assert.Equal((80, null), (application.ContainerPort, application.HostPort));
        Assert.Equal((300, null), (application.Containers[0].MemoryMegabytes, application.Containers[0].CpuShares));
    }

    private static ApplicationDefinition Read(string text) => Reader.ReadApplication(text, "task.yaml", "shop");
}

using CaaStle.Clouds.Aws.Api;
using CaaStle.Engine.Journal;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Volumes of applications, which are file systems of EFS.</summary>
public sealed class VolumeTests(Peer peer)
{
    private const string NoResources = "environment: { app_deployment: { target: aws, type: ecs } }";

    internal const string Application =
        """
        app:
          host_port: 80
          pre_deploy: exit 0
          containers:
            - name: web
              image: shop:1
              container_port: 8080
              volumes: ["pictures:/srv/pictures", "cache:/var/cache"]
            - name: helper
              image: helper:1
              volumes: ["pictures:/pictures"]
        """;

    [PeerFact]
    public async Task The_containers_of_all_tasks_share_file_systems_which_go_with_the_application()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(NoResources));
        var before = await account.ContentsAsync();

        await SucceedAsync(host, await host.DeployAsync(Application));

        var made = (await account.ContentsAsync()).Except(before).ToList();
        Assert.Equal(2, made.Count(each => each.StartsWith("file-system ", StringComparison.Ordinal)));
        Assert.Equal(2, made.Count(each => each.StartsWith("access-point ", StringComparison.Ordinal)));
        var definitions = await DefinitionsAsync(account);
        var (task, job) = (definitions.Single(each => each.ContainerDefinitions.Count == 2), definitions.Single(each => each.ContainerDefinitions.Count == 1));
        Assert.Equal(
            [("web", "pictures", "/srv/pictures"), ("web", "cache", "/var/cache"), ("helper", "pictures", "/pictures")],
            task.ContainerDefinitions.SelectMany(container =>
                container.MountPoints.Select(mount => (container.Name, mount.SourceVolume, mount.ContainerPath))));
        Assert.Equal(["pictures", "cache"], task.Volumes.Select(volume => volume.Name));
        Assert.All(task.Volumes, volume => Assert.Equal("ENABLED", volume.EfsVolumeConfiguration.TransitEncryption));
        Assert.Equal(task.Volumes, job.Volumes);

        await SucceedAsync(host, await host.RunAsync("exit", "0"));
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Redeploy, Application.Replace("shop:1", "shop:2", StringComparison.Ordinal)));
        await SucceedAsync(host, await host.DeleteApplicationAsync());
        Assert.Equal(before, await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task Data_can_be_kept()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.CreateAsync(NoResources));
        var before = await account.ContentsAsync();
        await SucceedAsync(host, await host.DeployAsync(Application));

        await SucceedAsync(host, await host.DeleteApplicationAsync(keepData: true));

        var left = (await account.ContentsAsync()).Except(before).ToList();
        Assert.Equal(2, left.Count);
        Assert.All(left, each => Assert.StartsWith("file-system ", each, StringComparison.Ordinal));
    }

    private sealed record Mount(string SourceVolume, string ContainerPath);

    private sealed record Container(string Name, IReadOnlyList<Mount> MountPoints);

    private sealed record FileSystem(string FileSystemId, string TransitEncryption);

    private sealed record Volume(string Name, FileSystem EfsVolumeConfiguration);

    private sealed record Definition(IReadOnlyList<Container> ContainerDefinitions, IReadOnlyList<Volume> Volumes);

    private sealed record Described(Definition TaskDefinition);

    private sealed record Listed(IReadOnlyList<string> TaskDefinitionArns);

    private static async Task<IReadOnlyList<Definition>> DefinitionsAsync(Account account)
    {
        var cancel = TestContext.Current.CancellationToken;
        var ecs = await new AwsAccess(account.Variable).OfAsync(AwsService.Ecs, new(account.Number, Peer.Region, null), cancel);
        var listed = await ecs.CallAsync<Listed>("ListTaskDefinitions", new { status = "ACTIVE" }, cancel);
        var found = new List<Definition>();
        foreach (var arn in listed.TaskDefinitionArns)
        {
            found.Add((await ecs.CallAsync<Described>("DescribeTaskDefinition", new { taskDefinition = arn }, cancel)).TaskDefinition);
        }

        return found;
    }

    private static async Task SucceedAsync(Host host, Operation operation) =>
        Assert.True(operation.State == OperationState.Succeeded, await host.StoryAsync(operation));
}

using System.Collections.Concurrent;
using System.Formats.Tar;
using CaaStle.Docker;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Containers in ECR: built and pushed by the machine's real Docker engine to a real registry.</summary>
public sealed class ContainerTests(Peer peer) : IDisposable
{
    private const int AtOnce = 3;
    private const string Container = "greetings";

    private readonly DirectoryInfo contexts = Directory.CreateTempSubdirectory("aws-contexts-");

    [PushFact]
    public async Task A_container_is_pushed_deployed_by_its_name_updated_and_deleted_without_a_trace()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        await using var host = await Host.StartAsync(account);

        await SucceedAsync(host, await host.BuildAsync(Context()));

        var first = await host.OutputsAsync(SubjectKey.Container(Container));
        Assert.Equal($"{first["Repository"]}@{first["Digest"]}", first["Image"]);
        Assert.False(await IsOnThisMachineAsync($"{first["Repository"]}:1"));

        await SucceedAsync(host, await host.CreateAsync(Repository.Read("examples/aws/environment.yaml")));
        await SucceedAsync(host, await host.DeployAsync(Repository.Read("examples/aws/greetings.yaml")));
        Assert.Equal([$"r1 {first["Image"]} is listening"], await host.LogAsync(new()));

        await SucceedAsync(host, await host.EndOfAsync(
            await host.Service.UpdateContainerAsync(new(Container, Context(), null, false, "tester"), Cancel)));
        var second = await host.OutputsAsync(SubjectKey.Container(Container));
        Assert.Equal(first["Repository"], second["Repository"]);
        Assert.NotEqual(first["Digest"], second["Digest"]);
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.Redeploy));
        await SucceedAsync(host, await host.ChangeAsync(OperationAction.RollBack));
        Assert.Contains($"r3 {first["Image"]} is listening", await host.LogAsync(new()));

        await SucceedAsync(host, await host.DeleteApplicationAsync());
        await SucceedAsync(host, await host.DeleteAsync());
        await SucceedAsync(host, await host.DeleteContainerAsync());
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
        Assert.Empty(await host.UnsaidAsync());
    }

    [PushFact]
    public async Task A_build_that_fails_and_a_push_that_is_refused_say_why_and_leave_nothing()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);

        var build = await host.BuildAsync(Context("FROM scratch\nCOPY nothing /\n"));
        await account.ChangeWorldAsync(new { registry_locked = true });
        var push = await host.BuildAsync(Context());

        Assert.Contains("The build of Dockerfile failed", await FailureAsync(host, build), StringComparison.Ordinal);
        var refused = await FailureAsync(host, push);
        Assert.Contains("cannot be pushed", refused, StringComparison.Ordinal);
        Assert.Matches("no basic auth credentials|unauthorized", refused);
        Assert.Empty(await account.ContentsAsync());
        Assert.DoesNotContain("expired", await host.StoryAsync(push), StringComparison.Ordinal);
    }

    [PushFact]
    public async Task An_option_that_the_registry_does_not_have_or_understand_is_refused()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);

        var unknown = await RefusedAsync(host, new() { ["zone"] = "a" });
        var wrong = await RefusedAsync(host, new() { ["region"] = "Oregon" });

        Assert.Equal("The registry 'ecr' has no option 'zone'.", unknown);
        Assert.Equal("'Oregon' is not a region's name, as us-west-2.", wrong);
        await SucceedAsync(host, await host.EndOfAsync(await host.Service.CreateContainerAsync(
            new(Container, "ecr", Context(), "Dockerfile", false, "tester") { Options = new Dictionary<string, string> { ["region"] = "eu-west-1" } },
            Cancel)));
        Assert.All(
            (await account.CallsAsync()).Where(call => call.Service == "ecr"), call => Assert.Equal("eu-west-1", call.Region));
        await SucceedAsync(host, await host.DeleteContainerAsync());
        Assert.Empty(await account.ContentsAsync());
    }

    [PushFact]
    public async Task Whichever_change_fails_it_ends_right_and_nothing_is_left()
    {
        var changes = await ChangesAsync();

        await ForEachAsync(changes.SelectMany(operation => new[] { (operation, true), (operation, false) }), async each =>
        {
            var (operation, isLost) = each;
            var account = await peer.NewAccountAsync();
            await account.FailAsync(operation, isLost ? FaultKind.Lose : FaultKind.Error, code: "AccessDenied", message: "Not authorized");
            await using var host = await Host.StartAsync(account);
            var built = await host.BuildAsync(Context());
            if (isLost || built.State == OperationState.Succeeded)
            {
                await SucceedAsync(host, built);
                await SucceedAsync(host, await host.DeleteContainerAsync());
            }

            Assert.Empty(await account.ContentsAsync());
            Assert.Contains(await account.CallsAsync(), call => call.Fault is not null);
        });
    }

    [PushFact]
    public async Task Wherever_the_process_dies_it_ends_right_and_nothing_is_left()
    {
        var steps = await RunAsync(null);

        await ForEachAsync(Enumerable.Range(0, steps).Where(step => step % 2 == 0), step => RunAsync(step));
    }

    public void Dispose() => contexts.Delete(recursive: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<bool> IsOnThisMachineAsync(string image)
    {
        using var docker = DockerClient.Find(Environment.GetEnvironmentVariable, record: null, TimeProvider.System);
        return await docker.FindImageAsync(ImageReference.Parse(image), Cancel) is not null;
    }

    private static async Task<string> FailureAsync(Host host, Operation operation)
    {
        Assert.Equal(OperationState.RolledBack, operation.State);
        return (await host.JournalAsync(operation)).OfType<OperationFailing>().Single().Failure.Message;
    }

    private static async Task SucceedAsync(Host host, Operation operation) =>
        Assert.True(operation.State == OperationState.Succeeded, await host.StoryAsync(operation));

    /// <summary>Runs a few at once.</summary>
    private static async Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> check)
    {
        var problems = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (item, _) =>
        {
            try
            {
                await check(item);
            }
            catch (Exception e)
            {
                problems.Enqueue($"{item}: {e.Message}");
            }
        });
        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }

    private async Task<string> RefusedAsync(Host host, Dictionary<string, string> options) =>
        (await Assert.ThrowsAsync<RefusedException>(() => host.Service.CreateContainerAsync(
            new(Container, "ecr", Context(), "Dockerfile", false, "tester") { Options = options }, Cancel))).Message;

    private async Task<IReadOnlyList<string>> ChangesAsync()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await SucceedAsync(host, await host.BuildAsync(Context()));
        await SucceedAsync(host, await host.DeleteContainerAsync());
        return [.. (await account.CallsAsync())
            .Where(call => call.Changes || call.Operation == "GetAuthorizationToken").Select(call => call.Operation).Distinct()];
    }

    /// <returns>How many steps there were.</returns>
    private async Task<int> RunAsync(int? crashAt)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        host.CrashAt = crashAt;
        await SucceedAsync(host, await host.BuildAsync(Context()));
        var image = (await host.OutputsAsync(SubjectKey.Container(Container)))["Repository"];
        await SucceedAsync(host, await host.DeleteContainerAsync());
        Assert.Empty(await account.ContentsAsync());
        Assert.False(await IsOnThisMachineAsync($"{image}:1"));
        return host.Steps;
    }

    /// <summary>A context that no other is like.</summary>
    private string Context(string dockerfile = "FROM scratch\nCOPY content /\nCMD [\"/content\"]\n")
    {
        var archive = Path.Combine(contexts.FullName, $"{Guid.NewGuid():N}.tar");
        using var tar = new TarWriter(File.Create(archive));
        foreach (var (name, text) in new[] { ("Dockerfile", dockerfile), ("content", archive) })
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) });
        }

        return archive;
    }
}

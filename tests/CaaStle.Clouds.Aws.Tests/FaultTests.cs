using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Each single call that creates or deletes something fails in each way, and nothing is left of it.</summary>
public sealed partial class FaultTests(Peer peer)
{
    private const int AtOnce = 6;

    private static readonly string Application =
        ApplicationTests.Application("shop:1", "pre_deploy: exit 0\n  volumes: ['data:/data']");

    /// <summary>A private key that nobody got is of no use; and tags may be written twice.</summary>
    private static readonly string[] Repeated = ["CreateKeyPair", "CreateOrUpdateTags"];

    /// <param name="Operation">Of AWS.</param>
    /// <param name="After">How many such calls go well before.</param>
    /// <param name="Made">How many there are when all goes well.</param>
    private sealed record Target(string Operation, int After, int Made, bool IsChange);

    public static TheoryData<string> Ways => [.. EveryFault.Ways];

    [PeerTheory]
    [InlineData("refused", true)]
    [InlineData("throttled", false)]
    [InlineData("lost", false)]
    [InlineData("closed", false)]
    public async Task Whichever_call_for_an_environment_fails_it_ends_right_and_nothing_is_left(string how, bool withQuestions)
    {
        await FailEachAsync(
            EnvironmentTests.Everything,
            how,
            withQuestions || EveryFault.IsWanted,
            // All that changes something is refused, or its answer is lost; of the rest, which is all alike, some.
            (target, index) => target.IsChange && (how is "refused" or "lost")
                ? EveryFault.IsChosen(index, how)
                : EveryFault.IsWanted || index % 4 == 0);
    }

    [PeerTheory]
    [MemberData(nameof(Ways))]
    public async Task Whichever_call_for_a_cluster_of_EKS_fails_it_ends_right_and_nothing_is_left(string how) =>
        await FailEachAsync(
            EksTests.Cluster, how, withQuestions: false, (target, index) => IsOfEks().IsMatch(target.Operation) && EveryFault.IsChosen(index, how));

    [PeerTheory]
    [MemberData(nameof(Ways))]
    public async Task Whichever_call_for_a_network_fails_it_ends_right_and_nothing_is_left(string how) =>
        await FailEachAsync(
            NetworkTests.Own, how, withQuestions: false, (target, index) => IsOfNetwork().IsMatch(target.Operation) && EveryFault.IsChosen(index, how));

    [PeerTheory]
    [MemberData(nameof(Ways))]
    public async Task Whichever_call_for_an_application_fails_it_ends_right_and_nothing_is_left(string how)
    {
        var targets = Targets(
            await CallsAsync(async host =>
            {
                await SucceedAsync(host, await host.CreateAsync(ApplicationTests.Environment));
                await host.Account.ForgetCallsAsync();
                await SucceedAsync(host, await host.DeployAsync(Application));
                await SucceedAsync(host, await host.DeleteApplicationAsync());
            }),
            withQuestions: false);

        // An environment for several of them, one after the other.
        var chosen = targets.Where((_, index) => EveryFault.IsChosen(index, how));
        await ForEachAsync(chosen.Index().GroupBy(each => each.Index % AtOnce), async some =>
        {
            var account = await peer.NewAccountAsync();
            await using var host = await Host.StartAsync(account);
            await SucceedAsync(host, await host.CreateAsync(ApplicationTests.Environment));
            var before = await account.ContentsAsync();
            foreach (var (_, target) in some)
            {
                await account.ForgetCallsAsync();
                await FailAsync(account, target, how);
                var deployed = await host.DeployAsync(Application);
                if (IsSucceeded(deployed, how, $"{target}: {await host.StoryAsync(deployed)}"))
                {
                    await SucceedAsync(host, await host.DeleteApplicationAsync());
                }

                Assert.Equal(before, await account.ContentsAsync());
                await CheckCallsAsync(account, target, how);
            }
        });
    }

    private async Task FailEachAsync(string yaml, string how, bool withQuestions, Func<Target, int, bool> isChosen)
    {
        var targets = Targets(
            await CallsAsync(async host =>
            {
                await SucceedAsync(host, await host.CreateAsync(yaml));
                await SucceedAsync(host, await host.DeleteAsync());
            }),
            withQuestions);

        await ForEachAsync(targets.Where(isChosen), async target =>
        {
            var account = await peer.NewAccountAsync();
            await FailAsync(account, target, how);
            await using var host = await Host.StartAsync(account);
            Operation created;
            try
            {
                created = await host.CreateAsync(yaml);
            }
            catch (RefusedException)
            {
                Assert.Equal("GetCallerIdentity", target.Operation);
                Assert.Empty(await account.ContentsAsync());
                return;
            }

            if (IsSucceeded(created, how, await host.StoryAsync(created)))
            {
                await SucceedAsync(host, await host.DeleteAsync());
            }

            Assert.Empty(await account.ContentsAsync());
            await CheckCallsAsync(account, target, how);
        });
    }

    /// <summary>The calls that only environments with machines make.</summary>
    [PeerTheory]
    [InlineData("refused")]
    [InlineData("lost")]
    public async Task Whichever_call_for_machines_fails_it_ends_right_and_nothing_is_left(string how)
    {
        var usual = await CallsAsync(async host =>
        {
            await SucceedAsync(host, await host.CreateAsync("environment: { app_deployment: { target: aws, type: ecs } }"));
            await SucceedAsync(host, await host.DeleteAsync());
        });
        var targets = Targets(
            await CallsAsync(async host =>
            {
                await SucceedAsync(host, await host.CreateAsync(MachineTests.Environment("cluster_size: 1, ssh: true")));
                await SucceedAsync(host, await MachineTests.ResizeAsync(host, "cluster_size: 2, ssh: true"));
                await SucceedAsync(host, await MachineTests.ResizeAsync(host, "cluster_size: 1, instance_type: t4g.small, ssh: true"));
                await SucceedAsync(host, await host.DeleteAsync());
            }),
            withQuestions: false);

        var special = targets.Where(target => usual.All(call => call.Operation != target.Operation));
        await ForEachAsync(special.Where((_, index) => EveryFault.IsChosen(index, how)), async target =>
        {
            var account = await peer.NewAccountAsync();
            await FailAsync(account, target, how);
            await using var host = await Host.StartAsync(account);
            var created = await host.CreateAsync(MachineTests.Environment("cluster_size: 1, ssh: true"));
            if (IsSucceeded(created, how, $"{target}: {await host.StoryAsync(created)}"))
            {
                var resized = await MachineTests.ResizeAsync(host, "cluster_size: 2, ssh: true");
                IsSucceeded(resized, how, $"{target}: {await host.StoryAsync(resized)}");
                var replaced = await MachineTests.ResizeAsync(host, "cluster_size: 1, instance_type: t4g.small, ssh: true");
                IsSucceeded(replaced, how, $"{target}: {await host.StoryAsync(replaced)}");
                await SucceedAsync(host, await host.DeleteAsync());
            }

            Assert.Empty(await account.ContentsAsync());
            await CheckCallsAsync(account, target, how);
        });
    }

    [GeneratedRegex("Cluster|Nodegroup|LaunchTemplate")]
    private static partial Regex IsOfEks();

    [GeneratedRegex("Vpc|Subnet|Gateway|Route")]
    private static partial Regex IsOfNetwork();

    /// <summary>What passes is no reason to give up.</summary>
    private static bool IsSucceeded(Operation operation, string how, string story)
    {
        Assert.True(
            operation.State == OperationState.Succeeded || (how == "refused" && operation.State == OperationState.RolledBack), story);
        return operation.State == OperationState.Succeeded;
    }

    /// <summary>The fault has happened, and what was done although its answer was lost was not done again.</summary>
    private static async Task CheckCallsAsync(Account account, Target target, string how)
    {
        var calls = await account.CallsAsync();
        Assert.Contains(calls, call => call.Fault is not null);
        if (how == "lost" && target.Operation.StartsWith("Create", StringComparison.Ordinal) && !Repeated.Contains(target.Operation))
        {
            Assert.Equal(target.Made, calls.Count(call => call.Operation == target.Operation && call.Status < 300));
        }
    }

    private static Task FailAsync(Account account, Target target, string how) => how switch
    {
        "refused" => account.FailAsync(
            target.Operation, FaultKind.Error, after: target.After, code: "AccessDenied", message: "You are not authorized"),
        "throttled" => account.FailAsync(target.Operation, FaultKind.Error, after: target.After, code: "Throttling"),
        "lost" => account.FailAsync(target.Operation, FaultKind.Lose, after: target.After),
        _ => account.FailAsync(target.Operation, FaultKind.Close, after: target.After),
    };

    private async Task<IReadOnlyList<PeerCall>> CallsAsync(Func<Host, Task> run)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await run(host);
        return await account.CallsAsync();
    }

    /// <summary>
    /// Every change, and where wanted every kind of question the first time that it is asked. S3's own client makes its calls.
    /// </summary>
    private static IReadOnlyList<Target> Targets(IReadOnlyList<PeerCall> calls, bool withQuestions) =>
    [
        .. calls.Where(call => call.Operation.All(char.IsAsciiLetterOrDigit)).GroupBy(call => call.Operation).SelectMany(same =>
            Enumerable.Range(0, same.First().Changes
                ? same.Count()
                : withQuestions ? 1 : 0).Select(index => new Target(same.Key, index, same.Count(), same.First().Changes))),
    ];

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
                problems.Enqueue($"{e.Message}");
            }
        });
        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }

    private static async Task SucceedAsync(Host host, Operation operation) =>
        Assert.True(operation.State == OperationState.Succeeded, await host.StoryAsync(operation));
}
